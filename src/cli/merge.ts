import { relative } from 'node:path';
import { InputError } from '../run/problems.js';
import { command } from './command.js';
import { checkoutOf } from './feature-checkout.js';
import { findTaskList } from './feature-dir.js';
import { checkGit } from './git-ready.js';
import { bringIn, integrate, integrationBranch, MergeConflict, taskBranchesOf } from './integration.js';
import { readPlan } from './plan.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Puts what pods delivered for a feature together, on the branch <branch>-agents of the remote.

Usage:
  agent-runner merge [tasks.md | feature directory] [--branch B] [--repo R] [--into-branch]

It is made by your own git, from the feature branch and the branches of its tasks, in the order of the list. Your checkout is not
touched and nothing is forced. A conflict is not resolved: it stops there, and names both branches and the files.

Flags:
  --into-branch         also bring the result into the feature branch itself
  --branch B, --repo R  default: the upstream of what is checked out
  --branch-pattern P    git.branchPattern of the environment, if it is not the default

Exit codes: 0 merged, or nothing to merge; 1 a conflict; 2 wrong input.`;

export const MERGE_OPTIONS = {
  branch: { type: 'string' },
  repo: { type: 'string' },
  'branch-pattern': { type: 'string' },
  'into-branch': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** `agent-runner merge`. Returns the exit code. */
export function merge(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner merge', help: HELP, options: MERGE_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 1)
        throw new InputError(['give one tasks.md or feature directory: agent-runner merge [path]']);
      const path = await findTaskList(positionals[0], terminal.cwd, terminal.env);
      const { git, upstream, contextPath } = await checkoutOf(path, terminal.cwd, positionals.length > 0, flags);
      await checkGit(git);
      const { tasks } = readPlan(path, 'sync');
      const wanted = {
        ...upstream,
        taskBranches: taskBranchesOf({
          branch: upstream.branch,
          contextPath,
          ids: tasks.map(({ id }) => id),
          pattern: flags['branch-pattern'] as string | undefined,
        }),
      };
      try {
        const done = await integrate(git, wanted);
        const target = integrationBranch(upstream.branch);
        for (const name of done.merged) terminal.out(`merged ${name}`);
        for (const name of done.left) terminal.out(`left ${name}: it holds work in progress`);
        if (done.merged.length === 0) terminal.out(`nothing was delivered yet for ${relative(terminal.cwd, path)}`);
        terminal.out(`${target} is ${done.commit}`);
        if (flags['into-branch']) {
          await bringIn(git, wanted, done);
          terminal.out(`${upstream.branch} is ${done.commit}`);
        }
        return EXIT.ok;
      } catch (error) {
        if (!(error instanceof MergeConflict)) throw error;
        terminal.err(`agent-runner merge: ${error.message}`);
        terminal.err(`Merge ${error.other} into ${error.branch} by hand, push that, and start again.`);
        return EXIT.unexpected;
      }
    },
  );
}
