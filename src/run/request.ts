import { checkBranch } from './branch.js';
import {
  checkBase,
  checkContextPath,
  checkLogFormat,
  checkPaths,
  checkPrompt,
  checkTaskId,
  type RunInput,
} from './input.js';
import { podName, runId, taskBranch } from './names.js';
import { Problems } from './problems.js';
import { isAllowed, parseRepository, repositoryFor } from './repository.js';
import { EGRESS_PROFILES, type EgressProfile, type RunSettings } from './settings.js';

/** A user's request, before it is checked against the settings. */
export interface RunRequest {
  /** ID of the task, as tasks.md has it. */
  readonly task: string;
  /** Default: the settings' `defaultBranch`. */
  readonly branch?: string | undefined;
  /** Default: the settings' `defaultRepo`. */
  readonly repo?: string | undefined;
  /** The feature directory, relative to the repository. */
  readonly contextPath?: string | undefined;
  /** Branch, tag or commit to start from. Default: the branch if the remote has it, otherwise `checkout`. */
  readonly base?: string | undefined;
  /** Commit that the user has checked out. */
  readonly checkout?: string | undefined;
  /** Instructions instead of the task's line, or in addition to it. */
  readonly prompt?: string | undefined;
  /** Comma-separated paths. Default: the whole repository. */
  readonly paths?: string | undefined;
  /** Default: the settings' first credential. */
  readonly credential?: string | undefined;
  /** Default: the settings' first profile. */
  readonly egress?: string | undefined;
  /** `text` or `json`. Default: `text`. */
  readonly logFormat?: string | undefined;
  /** Run although the task was delivered. Default: false. */
  readonly again?: boolean | undefined;
  /** Only check whether the credential opens the repository. Default: false. */
  readonly check?: boolean | undefined;
}

/** A request that the settings allow. It does not depend on the attempt. */
export interface PlannedRun {
  /** The settings that allow it. */
  readonly settings: RunSettings;
  /** The run's identity over all attempts. */
  readonly runId: string;
  /** Name of the Secret that opens the repository. */
  readonly gitCredential: string;
  /** What the pod may reach. */
  readonly egress: EgressProfile;
  /** The input of the pod. */
  readonly input: Omit<RunInput, 'runName'>;
  /** Notes for the user on values that the plan changes, like the repository's protocol. */
  readonly notes: readonly string[];
}

/**
 * Checks everything that needs no settings, so that a wrong request is refused without asking a cluster.
 * @throws InputError with every problem
 */
export function checkRequest(request: RunRequest): void {
  const problems = new Problems();
  problems.collect(() => checkTaskId(request.task));
  if (request.branch !== undefined) problems.collect(() => checkBranch(request.branch ?? ''));
  if (request.repo !== undefined) problems.collect(() => parseRepository(request.repo ?? ''));
  problems.collect(() => checkBase(request.base));
  problems.collect(() => checkPrompt(request.prompt));
  problems.collect(() => checkPaths(request.paths));
  problems.collect(() => checkLogFormat(request.logFormat));
  problems.throwIfAny();
}

/**
 * Checks a request against the settings.
 * @throws InputError with every problem
 */
export function planRun(settings: RunSettings, request: RunRequest): PlannedRun {
  const problems = new Problems();
  const where = `environment ${settings.environment}`;
  const task = problems.collect(() => checkTaskId(request.task));
  const branch = problems.collect(() => checkBranch(request.branch ?? settings.defaultBranch));
  const given = problems.collect(() => parseRepository(request.repo ?? settings.defaultRepo));
  const contextPath = problems.collect(() => checkContextPath(request.contextPath));
  const base = problems.collect(() => checkBase(request.base));
  const prompt = problems.collect(() => checkPrompt(request.prompt));
  const paths = problems.collect(() => checkPaths(request.paths));
  const logFormat = problems.collect(() => checkLogFormat(request.logFormat)) ?? 'text';

  const credentials = settings.gitCredentials.map(({ name }) => name);
  const credential = settings.gitCredentials.find(({ name }) => name === (request.credential ?? credentials[0]));
  if (!credential) {
    problems.add(
      `credential "${request.credential}" is not one of ${where}: ${credentials.join(', ')}; add it to ` +
        'git.credentials there',
    );
  }
  const egress = EGRESS_PROFILES.find((name) => name === (request.egress ?? settings.egress[0]));
  if (!egress || !settings.egress.includes(egress)) {
    problems.add(`--egress "${request.egress}" is not allowed in ${where}; allowed are ${settings.egress.join(', ')}`);
  }
  const repository = given && credential && problems.collect(() => repositoryFor(given, credential.type));
  if (given && !isAllowed(given, settings.repositories)) {
    problems.add(
      `repo "${given.url}" is not allowed in ${where}; allowed are ${settings.repositories.join(', ') || 'none'}; ` +
        'choose another environment, or extend git.repositories there',
    );
  }
  const own = branch && task && taskBranch(branch, task, contextPath, settings.branchPattern);
  if (own && own !== branch) problems.collect(() => checkBranch(own, 'task branch'));
  problems.throwIfAny();
  if (!task || !branch || !own || !repository || !credential || !egress) throw new Error('a problem was not reported');
  return {
    settings,
    runId: runId(repository.identity, own, task),
    gitCredential: credential.name,
    egress,
    notes:
      repository.protocol === given?.protocol
        ? []
        : [`the credential "${credential.name}" is a ${credential.type}: the pod uses ${repository.url}`],
    input: {
      taskId: task,
      repository: repository.url,
      branch,
      taskBranch: own,
      logFormat,
      ...(contextPath && { contextPath }),
      ...(base && { base }),
      ...(request.checkout && { checkout: request.checkout }),
      ...(prompt && { prompt }),
      ...(paths && { paths }),
      ...(request.again && { again: true }),
      ...(request.check && { check: true }),
    },
  };
}

/** The name of an attempt's pod; attempts count from 1. */
export function attemptName({ input, runId: id }: PlannedRun, attempt: number): string {
  return podName(input.taskId, id, attempt);
}
