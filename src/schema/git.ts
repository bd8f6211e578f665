import { z } from 'zod';
import { BRANCH_PATTERN } from '../run/names.js';
import { PATH_PART, parseRepository } from '../run/repository.js';
import { gitCredential } from './credentials.js';
import { branch, given, isValid } from './fields.js';

export const git = z
  .strictObject({
    repositories: z
      .array(
        z
          .string()
          .regex(
            new RegExp(`^(https?|ssh)://[^\\s@/A-Z]+(/${PATH_PART})*/*$`),
            'is not a URL prefix like https://github.com/my-org/, with the host in lowercase and a ' +
              'path like My%20Project',
          ),
      )
      .default([])
      .describe(
        'URL prefixes of the repositories that runs may work on. A prefix allows everything below it. If it ' +
          'does not end with /, it also allows the repository of that name. Empty: none.',
      ),
    defaultRepo: z
      .string()
      .regex(/^((https?:\/\/|ssh:\/\/([\w.-]+@)?)[a-z0-9.-]+(:\d+)?\/.+|[\w.-]+@[a-z0-9.-]+:.+)?$/, {
        error: 'is not a remote repository with the host in lowercase',
        abort: true,
      })
      .refine((url) => url === '' || isValid(() => parseRepository(url)), 'is not a remote repository')
      .default('')
      .describe('Repository of a run that names none.'),
    defaultBranch: branch.default('main').describe('Branch of a run that names none.'),
    branchPattern: z
      .string()
      .regex(
        /^([^{}]+\{branch\}[^{}]*\{task\}|\{branch\}([^{}/][^{}]*)?\{task\}|[^{}]*\{task\}[^{}]*\{branch\})[^{}]*$/,
        'must contain {branch} and {task} once, and not begin with {branch}/: Git has no branch below another branch',
      )
      .default(BRANCH_PATTERN)
      .describe(
        'Branch of a task, unless the given branch names the task already. {branch} is the given branch. If ' +
          'that does not name the feature, {branch} ends with -FEATURE.',
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
