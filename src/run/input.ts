import { checkBranch } from './branch.js';
import { hasControls, quoted } from './controls.js';
import { COMMIT, taskBranch } from './names.js';
import { InputError, Problems } from './problems.js';
import { parseRepository } from './repository.js';

/** How the agent program writes its log: lines for people, or one JSON object a line with OpenCode's raw events. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Linux limits an environment variable to 128 KiB. */
const PROMPT_BYTES = 100 * 1024;

/**
 * The longest task id, in characters: it starts each line of a log and fills a cell of each table. SpawnPolicy has the
 * same limit.
 */
export const TASK_ID_LENGTH = 128;

const PATH_BYTES = 1000;

/** The input of one run. The pod carries it, and the program in the pod reads it. */
export interface RunInput {
  /** The task's own id, as tasks.md has it. */
  readonly taskId: string;
  /** Canonical URL of the repository. */
  readonly repository: string;
  /** The feature's branch, or the task's own. */
  readonly branch: string;
  /** The branch that is pushed. */
  readonly taskBranch: string;
  /** The feature directory, relative to the repository. Default: found from the branch. */
  readonly contextPath?: string;
  /** Branch, tag or commit that the task starts from. Default: `branch` if the remote has it, otherwise `checkout`. */
  readonly base?: string;
  /** Commit that the spawning user had checked out. */
  readonly checkout?: string;
  /** Instructions in place of the task's line. */
  readonly prompt?: string;
  /**
   * Paths that are checked out, in addition to the files at the top of the repository and the feature. Default: all.
   */
  readonly paths?: readonly string[];
  /** Run although the task was delivered. */
  readonly again?: boolean;
  /** Only check whether the credential opens the repository. */
  readonly check?: boolean;
  /** The pod's name, which the commit records. */
  readonly runName: string;
  /** How the log is written: lines for people, or JSON. */
  readonly logFormat: LogFormat;
}

/** Environment variables of the pod, in the order of the manifest. The first four are the original contract. */
const VARIABLES = {
  TASK_ID: 'taskId',
  GIT_REPO: 'repository',
  GIT_BRANCH: 'branch',
  TASK_CONTEXT_PATH: 'contextPath',
  TASK_BRANCH: 'taskBranch',
  GIT_BASE: 'base',
  GIT_CHECKOUT: 'checkout',
  TASK_PROMPT: 'prompt',
  TASK_PATHS: 'paths',
  TASK_AGAIN: 'again',
  TASK_CHECK: 'check',
  RUN_NAME: 'runName',
  LOG_FORMAT: 'logFormat',
} as const satisfies Record<string, keyof RunInput>;

export const INPUT_VARIABLES = Object.keys(VARIABLES) as readonly (keyof typeof VARIABLES)[];

/** The input as the pod's environment. Values that are not set are left out. */
export function toEnvironment(input: RunInput): [name: string, value: string][] {
  return INPUT_VARIABLES.flatMap((name) => {
    const value = input[VARIABLES[name]];
    return value === undefined || value === false ? [] : [[name, String(value)] as [string, string]];
  });
}

/**
 * Reads the input from a process's environment. A variable that is missing or empty has its default.
 * @throws InputError with every problem
 */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): RunInput {
  const problems = new Problems();
  const optional = (name: string) => env[name] || undefined;
  const taskId = problems.collect(() => checkTaskId(env.TASK_ID ?? '', 'TASK_ID')) ?? '';
  const repository = problems.collect(() => parseRepository(env.GIT_REPO ?? ''))?.url ?? '';
  const branch = problems.collect(() => checkBranch(env.GIT_BRANCH ?? '', 'GIT_BRANCH')) ?? '';
  const contextPath = problems.collect(() => checkContextPath(optional('TASK_CONTEXT_PATH')));
  const own = optional('TASK_BRANCH') ?? taskBranch(branch, taskId, contextPath);
  if (branch !== '' && taskId !== '') problems.collect(() => checkBranch(own, 'TASK_BRANCH'));
  const base = problems.collect(() => checkBase(optional('GIT_BASE'), 'GIT_BASE'));
  const prompt = problems.collect(() => checkPrompt(optional('TASK_PROMPT')));
  const paths = problems.collect(() => checkPaths(optional('TASK_PATHS'), 'TASK_PATHS'));
  const logFormat = problems.collect(() => checkLogFormat(optional('LOG_FORMAT'), 'LOG_FORMAT')) ?? 'text';
  const checkout = optional('GIT_CHECKOUT');
  if (checkout && !COMMIT.test(checkout)) {
    problems.add(`GIT_CHECKOUT "${checkout}" is not a commit id`);
  }
  problems.throwIfAny();
  return {
    taskId,
    repository,
    branch,
    taskBranch: own,
    runName: optional('RUN_NAME') ?? optional('HOSTNAME') ?? 'local',
    logFormat,
    ...(contextPath && { contextPath }),
    ...(base && { base }),
    ...(checkout && { checkout }),
    ...(prompt && { prompt }),
    ...(paths && { paths }),
    ...(env.TASK_AGAIN === 'true' && { again: true }),
    ...(env.TASK_CHECK === 'true' && { check: true }),
  };
}

/** @throws InputError for an id that is empty, too long, or has a control character */
export function checkTaskId(id: string, field = 'task'): string {
  if (id.trim() === '') throw new InputError([`${field} must not be empty: give the id that tasks.md has, like T001`]);
  const { length } = [...id];
  if (length > TASK_ID_LENGTH) {
    throw new InputError([`${field} is ${length} characters long; at most ${TASK_ID_LENGTH} are allowed`]);
  }
  if (hasControls(id)) throw new InputError([`${field} ${quoted(id)} has a control character`]);
  return id;
}

/**
 * Reads a comma-separated list of paths.
 * @throws InputError for an empty path, or a path that is not inside the repository
 */
export function checkPaths(list: string | undefined, field = '--paths'): string[] | undefined {
  if (list === undefined) return undefined;
  const paths = list.split(',').map((path) => checkContextPath(path.trim(), field));
  if (paths.some((path) => path === undefined)) {
    throw new InputError([`${field} "${list}" has an empty path; leave it out to have the whole repository`]);
  }
  return paths.filter((path) => path !== undefined);
}

/** @throws InputError for a path that is not inside the repository, is too long, or has a control character */
export function checkContextPath(path: string | undefined, field = 'context-dir'): string | undefined {
  const parts = (path ?? '').split('/').filter((part) => part !== '' && part !== '.');
  const bytes = Buffer.byteLength(path ?? '');
  if (bytes > PATH_BYTES) throw new InputError([`${field} is ${bytes} bytes long; at most ${PATH_BYTES} are allowed`]);
  if (hasControls(path ?? '')) throw new InputError([`${field} ${quoted(path ?? '')} has a control character`]);
  if (path?.startsWith('/') || parts.some((part) => part === '..' || part === '.git')) {
    throw new InputError([`${field} "${path}" is not a path inside the repository, like specs/001-login`]);
  }
  return parts.join('/') || undefined;
}

/** @throws InputError for a text that cannot be a commit, branch or tag */
export function checkBase(base: string | undefined, field = '--base'): string | undefined {
  return base === undefined ? undefined : checkBranch(base, field);
}

/** @throws InputError for a prompt that does not fit an environment variable */
export function checkPrompt(prompt: string | undefined): string | undefined {
  if (prompt === undefined) return undefined;
  if (prompt.trim() === '') throw new InputError(['prompt must not be empty']);
  if (prompt.includes('\0')) throw new InputError(['prompt has a NUL character']);
  const bytes = Buffer.byteLength(prompt);
  if (bytes > PROMPT_BYTES) {
    throw new InputError([
      `prompt is ${bytes} bytes long; at most ${PROMPT_BYTES} are allowed: commit the text and name ` +
        'the file in the prompt',
    ]);
  }
  return prompt;
}

/** @throws InputError for an unknown format */
export function checkLogFormat(format: string | undefined, field = '--log-format'): LogFormat | undefined {
  if (format === undefined) return undefined;
  const known = LOG_FORMATS.find((name) => name === format);
  if (!known) throw new InputError([`${field} "${format}" is unknown; allowed are ${LOG_FORMATS.join(', ')}`]);
  return known;
}
