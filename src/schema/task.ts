import { z } from 'zod';
import { pathGlob, seconds } from './fields.js';

/** Limits and rights of a run. */
export const task = z
  .strictObject({
    deadlineSeconds: seconds.default(7200).describe('Longest time that a run may take, in seconds.'),
    reserveSeconds: seconds
      .default(120)
      .describe(
        'Time that a run keeps to save its work, in seconds: it stops this long before its deadline. At most ' +
          'a fifth of the deadline counts.',
      ),
    stallSeconds: seconds
      .default(900)
      .describe('A run is stopped after this time without any event and without a process at work, in seconds.'),
    checkpointSeconds: seconds
      .default(120)
      .describe(
        'How often a run pushes its work in progress to its checkpoint ref, in seconds. A lost node or a ' +
          'kill costs at most the work of this time.',
      ),
    budget: z
      .strictObject({
        tokens: z
          .int('is not a whole number of tokens')
          .min(0, 'must be at least 0')
          .default(0)
          .describe('Most tokens that a run may use. 0: no limit.'),
        cost: z
          .number('is not a number')
          .min(0, 'must be at least 0')
          .default(0)
          .describe('Most US dollars that a run may cost, by the prices of model.models. 0: no limit.'),
      })
      .prefault({})
      .describe('A run that has used up its budget ends. Its work is saved.'),
    contextCharacters: z
      .int('is not a whole number of characters')
      .min(0, 'must be at least 0')
      .default(131_072)
      .describe(
        "Most characters of the feature's documents (spec.md, plan.md, data-model.md, contracts and so on) that the " +
          'prompt quotes. The prompt only names the largest, until the rest has no more. 0: it names all.',
      ),
    allowRepositoryConfig: z
      .boolean()
      .default(false)
      .describe(
        "Let the repository's own OpenCode configuration, plugins and MCP servers take effect in the pod. Code of " +
          'the repository then runs before the agent does anything.',
      ),
    sandboxTest: z
      .boolean()
      .default(false)
      .describe(
        'A run first checks that it cannot reach the metadata service or the API server. If it can, it does ' +
          'nothing more: the cluster does not enforce network policies.',
      ),
    protectedPaths: z
      .strictObject({
        allow: z
          .array(pathGlob)
          .default([])
          .describe(
            'Protected paths that every run may change: paths, folders or globs inside the repository, ' +
              'like .github/workflows/docs.yml or .vscode/**.',
          ),
        allowNamedByTask: z
          .boolean()
          .default(true)
          .describe("Let a run change the protected paths that its task names in the feature's tasks.md."),
      })
      .prefault({}),
    cleanup: z
      .enum(['on-success', 'never'])
      .default('on-success')
      .describe('Finished runs that `agent-runner prune` may delete.'),
  })
  .prefault({});
