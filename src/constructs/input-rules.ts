import { BRANCH_BYTES } from '../run/branch.js';
import { CONTROL_RANGES } from '../run/controls.js';
import { TASK_ID_LENGTH } from '../run/input.js';
import { ANNOTATIONS } from '../run/metadata.js';
import { PATH_PART } from '../run/repository.js';
import { all, annotation, choose, each } from './cel.js';
import type { AdmissionRule } from './policy.js';

// The rules for the input of a run: the variables of its runner.

/** Each variable, and the field of the pod that shows it to the commands. */
const TOLD = [
  ['TASK_ID', annotation(ANNOTATIONS.task)],
  ['GIT_REPO', annotation(ANNOTATIONS.repository)],
  ['TASK_BRANCH', annotation(ANNOTATIONS.branch)],
  ['RUN_NAME', 'object.metadata.name'],
] as const;

/** As the pod has it for the kubelet: `$` is written twice. */
const asVariable = (told: string) => `[string(${told}).replace('$', '$$')]`;

const point = (code: number) => `\\x{${code.toString(16)}}`;
/** Characters that no name has, as the inside of a character class of RE2. */
const CONTROLS = CONTROL_RANGES.map(([first, last]) => `${point(first)}-${point(last)}`).join('');
/** The names of branches that checkBranch refuses, except for their length. */
const NO_BRANCH = [
  `[${CONTROLS} ~^:?*\\[\\\\]`,
  '\\.\\.',
  '@\\{',
  '//',
  '^(|@|HEAD)$',
  '^([-/]|refs/)',
  '[./]$',
  '(^|/)\\.',
  '\\.lock(/|$)',
].join('|');

export const INPUT_RULES: readonly AdmissionRule[] = [
  {
    name: 'repository',
    message: 'GIT_REPO must be below one of git.repositories, or be one that does not end with /',
    holds: all(
      `variables.repository.matches(r'^(https?://|ssh://[\\w.-]+@)[a-z0-9.-]+(:[0-9]+)?(/${PATH_PART})+$')`,
      // Git would leave the prefix by `.` or `..`.
      `!variables.repository.matches(r'/\\.{1,2}(/|$)')`,
      `variables.repositories.exists(p, ${choose(
        // Below the prefix, and not the prefix itself.
        [[`p.endsWith('/')`, all('variables.identity.startsWith(p)', 'variables.identity != p')]],
        // The repository itself, or one below it.
        `(variables.identity + '/').startsWith(p + '/')`,
      )})`,
    ),
  },
  {
    name: 'told',
    message: 'the name and the annotations must match TASK_ID, GIT_REPO, TASK_BRANCH and RUN_NAME of the runner',
    holds: all(
      ...TOLD.flatMap(([variable, told]) => [
        // The runner treats an empty variable as one that is not given.
        `string(${told}) != ''`,
        `variables.env.filter(e, e.name == '${variable}').map(e, e.?value.orValue('')) == ${asVariable(told)}`,
      ]),
    ),
  },
  {
    name: 'branch',
    message: `TASK_BRANCH and GIT_BRANCH must be names of branches, of at most ${BRANCH_BYTES} bytes`,
    holds: each('variables.branches', 'b', all(`size(bytes(b)) <= ${BRANCH_BYTES}`, `!b.matches(r'${NO_BRANCH}')`)),
  },
  {
    name: 'task-id',
    message: `TASK_ID must have 1 to ${TASK_ID_LENGTH} characters, and no control character`,
    holds: `variables.taskId.matches(r'^[^${CONTROLS}]{1,${TASK_ID_LENGTH}}$')`,
  },
];
