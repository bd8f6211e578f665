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

/** What a user asks for, before the settings have been held against it. */
export interface RunRequest {
  readonly task: string;
  /** Default: the settings' `defaultBranch`. */
  readonly branch?: string | undefined;
  /** Default: the settings' `defaultRepo`. */
  readonly repo?: string | undefined;
  /** The feature directory, relative to the repository. */
  readonly contextPath?: string | undefined;
  readonly base?: string | undefined;
  /** Commit that the user has checked out. */
  readonly checkout?: string | undefined;
  readonly prompt?: string | undefined;
  /** With commas between them. Default: the whole repository. */
  readonly paths?: string | undefined;
  /** Default: the settings' first credential. */
  readonly credential?: string | undefined;
  /** Default: the settings' first profile. */
  readonly egress?: string | undefined;
  readonly logFormat?: string | undefined;
  readonly again?: boolean | undefined;
  /** Only look whether the credential opens the repository. */
  readonly check?: boolean | undefined;
}

/** A request that the settings allow, for any attempt. */
export interface PlannedRun {
  readonly settings: RunSettings;
  readonly runId: string;
  readonly gitCredential: string;
  readonly egress: EgressProfile;
  readonly input: Omit<RunInput, 'runName'>;
  /** What was understood differently from how it was written. */
  readonly notes: readonly string[];
}

/**
 * Looks at what needs no settings, so that it can be refused before a cluster is asked.
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
 * Holds a request against the settings.
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
      `credential "${request.credential}" is not one of ${where}: ${credentials.join(', ')}; add it to git.credentials there`,
    );
  }
  const egress = EGRESS_PROFILES.find((name) => name === (request.egress ?? settings.egress[0]));
  if (!egress || !settings.egress.includes(egress)) {
    problems.add(`--egress "${request.egress}" is not allowed in ${where}; allowed are ${settings.egress.join(', ')}`);
  }
  const repository = given && credential && problems.collect(() => repositoryFor(given, credential.type));
  if (given && !isAllowed(given, settings.repositories)) {
    problems.add(
      `repo "${given.url}" is outside of what ${where} allows: ${settings.repositories.join(', ') || 'nothing'}; ` +
        'choose another environment, or have git.repositories extended',
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
