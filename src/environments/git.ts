import { z } from 'zod';
import { BRANCH_PATTERN } from '../run/names.js';
import { parseRepository } from '../run/repository.js';
import { gitCredential } from './credentials.js';
import { branch, given, isValid } from './fields.js';

export const git = z
  .strictObject({
    repositories: z
      .array(
        z
          .string()
          .regex(
            /^(https?|ssh):\/\/[^\s@/A-Z]+(\/[^\s@]*)?$/,
            'is not a URL prefix like https://github.com/my-org/, with the host in small letters',
          ),
      )
      .default([])
      .describe(
        'URL prefixes of the repositories that runs may work on: what is below one, and, where it does not end with /, the repository of that name. Empty: none.',
      ),
    defaultRepo: z
      .string()
      .regex(/^((https?:\/\/|ssh:\/\/([\w.-]+@)?)[a-z0-9.-]+(:\d+)?\/.+|[\w.-]+@[a-z0-9.-]+:.+)?$/, {
        error: 'is not a remote repository, with the host in small letters',
        abort: true,
      })
      .refine((url) => url === '' || isValid(() => parseRepository(url)), 'is not a remote repository')
      .default('')
      .describe('Repository when none is given.'),
    defaultBranch: branch.default('main').describe('Branch when none is given.'),
    branchPattern: z
      .string()
      .regex(
        /^([^{}]+\{branch\}[^{}]*\{task\}|\{branch\}([^{}/][^{}]*)?\{task\}|[^{}]*\{task\}[^{}]*\{branch\})[^{}]*$/,
        'must contain {branch} and {task} once, and not begin with {branch}/: Git has no branch below another one',
      )
      .default(BRANCH_PATTERN)
      .describe(
        'Branch of a task, where the given branch does not name the task already. {branch} has the feature behind it where the branch does not name that.',
      ),
    author: z
      .strictObject({
        name: given.default('agent-runner').describe('Author and committer of the commits.'),
        email: given.default('agent-runner@users.noreply.github.com').describe('E-mail address of the author.'),
      })
      .prefault({}),
    credentials: z
      .array(gitCredential)
      .min(1, 'must name at least one Secret')
      .default([{ source: 'externalSecret', name: 'git', type: 'token', property: 'git-token', knownHosts: '' }])
      .describe('Secrets that open the repositories. The first one is the default.'),
  })
  .prefault({});
