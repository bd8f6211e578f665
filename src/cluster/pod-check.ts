import { checkBranch } from '../run/branch.js';
import { checkBase, checkTaskId } from '../run/input.js';
import { ANNOTATIONS, CONTAINERS, LABELS } from '../run/metadata.js';
import { featureName, podName, runId, shortRunId, slug } from '../run/names.js';
import { plainLine } from '../run/printable.js';
import { InputError, Problems } from '../run/problems.js';
import { parseRepository } from '../run/repository.js';
import type { Pod } from './pod.js';

// Anybody who may create pods can write any annotations, labels and variables. Without SpawnPolicy nothing checks that
// they describe a run. So the commands check each pod here before they read it.

type Check = (value: string, field: string) => unknown;

const matches =
  (pattern: RegExp, rule: string): Check =>
  (value, field) => {
    if (!pattern.test(value)) throw new InputError([`${field} "${value}" is not ${rule}`]);
  };

/** The highest attempt number. */
export const LAST_ATTEMPT = 999_999;

const ATTEMPT = matches(/^[1-9]\d{0,5}$/, `a number from 1 to ${LAST_ATTEMPT}`);
const RUN_ID = matches(/^[0-9a-f]{64}$/, 'a hash of 64 hexadecimal digits');
const LABEL = matches(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, 'a label of Kubernetes');
const NAME = matches(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'a name of Kubernetes');
const USER_LENGTH = 253;

/** Missing annotations, labels and variables are allowed: the commands have defaults. */
const OF_ANNOTATIONS: Readonly<Record<string, Check>> = {
  [ANNOTATIONS.task]: checkTaskId,
  [ANNOTATIONS.repository]: parseRepository,
  [ANNOTATIONS.branch]: checkBranch,
  [ANNOTATIONS.attempt]: ATTEMPT,
  [ANNOTATIONS.runId]: RUN_ID,
};
const OF_VARIABLES: Readonly<Record<string, Check>> = { GIT_BASE: checkBase, GIT_BRANCH: checkBranch };

/**
 * Checks a pod's data about its run with the checks for a user's input.
 * @returns the pod, with printable user names
 * @throws InputError with every problem
 */
export function checkPod(given: unknown): Pod {
  const pod = checkShape(given);
  const problems = new Problems();
  const { name, namespace, labels = {}, annotations = {} } = pod.metadata;
  const holds = (check: Check, value: string, field: string) => problems.collect(() => check(value, field));
  holds(NAME, name, 'its name');
  holds(NAME, namespace, 'its namespace');
  for (const key of Object.values(LABELS)) holds(LABEL, labels[key] ?? '', `its label ${key}`);
  for (const [key, check] of Object.entries(OF_ANNOTATIONS)) {
    const value = annotations[key];
    if (value !== undefined) holds(check, value, `its annotation ${key}`);
  }
  const variables = variablesOf(pod);
  for (const [variable, check] of Object.entries(OF_VARIABLES)) {
    const value = variables.get(variable);
    if (value) holds(check, value, `its variable ${variable}`);
  }
  problems.throwIfAny();
  checkIdentity(pod, variables);
  const people = [ANNOTATIONS.createdBy, ANNOTATIONS.cancelledBy].flatMap((key) => {
    const user = annotations[key];
    return user === undefined ? [] : [[key, plainLine(user).slice(0, USER_LENGTH)] as const];
  });
  if (people.length === 0) return pod;
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, ...Object.fromEntries(people) } } };
}

/** The runner's variables, as it gets them: the kubelet replaces `$$` with `$`. */
function variablesOf({ spec }: Pod): ReadonlyMap<string, string> {
  const container = spec?.containers?.find(({ name }) => name === CONTAINERS.runner);
  return new Map((container?.env ?? []).map(({ name, value = '' }) => [name, value.replaceAll('$$', '$')]));
}

/**
 * Checks that name, labels, annotations and variables agree, as far as they are set. Otherwise a pod could pose as
 * another run.
 * @throws InputError with every problem
 */
function checkIdentity({ metadata }: Pod, variables: ReadonlyMap<string, string>): void {
  const { name, labels = {}, annotations = {} } = metadata;
  const of = (key: keyof typeof ANNOTATIONS) => annotations[ANNOTATIONS[key]];
  const [task, repository, branch, id, attempt] = [
    of('task'),
    of('repository'),
    of('branch'),
    of('runId'),
    of('attempt'),
  ];
  const problems = new Problems();
  const holds = (isSo: boolean, what: string) => isSo || problems.add(what);
  const equal = (one: string | undefined, other: string | undefined, what: string) =>
    holds(one === undefined || other === undefined || one === other, what);

  const isWhole = [task, repository, branch, attempt].every((one) => one !== undefined);
  holds(id === undefined || isWhole, 'it has a run id, but lacks its repository, branch, task or attempt');
  if (task !== undefined && repository !== undefined && branch !== undefined) {
    const own = runId(parseRepository(repository).identity, branch, task);
    equal(id, own, 'its run id is not that of its repository, branch and task');
  }
  equal(labels[LABELS.run], id && shortRunId(id), 'its label of the run is not that of its run id');
  equal(labels[LABELS.task], task && slug(task), 'its label of the task is not that of its task');
  const gitBranch = variables.get('GIT_BRANCH');
  const feature = gitBranch && slug(featureName(gitBranch, variables.get('TASK_CONTEXT_PATH') || undefined));
  equal(labels[LABELS.feature], feature, 'its label of the feature is not that of its variables');
  const number = Number(attempt);
  if (attempt !== undefined) {
    const whole = task !== undefined && id !== undefined ? podName(task, id, number) : undefined;
    holds(whole ? name === whole : name.endsWith(`-${attempt}`), `its name is not that of attempt ${attempt}`);
  }
  const told = { TASK_ID: task, GIT_REPO: repository, TASK_BRANCH: branch, RUN_NAME: name };
  for (const [variable, value] of Object.entries(told)) {
    equal(variables.get(variable), value, `its variable ${variable} does not match its metadata`);
  }
  problems.throwIfAny();
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): boolean => typeof value === 'string';
/** A list may be missing, and so may a map. */
const isList = (value: unknown, holds: (item: Fields) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => isObject(item) && holds(item)));
const isMap = (value: unknown): boolean =>
  value === undefined || (isObject(value) && Object.values(value).every(isText));

/**
 * Checks the fields that an API server always sends, in case something else answers in its place.
 * @throws InputError if it is not a pod
 */
function checkShape(given: unknown): Pod {
  const { metadata, spec = {}, status = {} } = isObject(given) ? given : {};
  const isPod =
    isObject(metadata) &&
    [metadata.name, metadata.namespace].every(isText) &&
    [metadata.labels, metadata.annotations].every(isMap) &&
    isObject(spec) &&
    [spec.containers, spec.initContainers].every((containers) =>
      isList(containers, ({ name, env }) => isText(name) && isList(env, (one) => isText(one.name))),
    ) &&
    isObject(status) &&
    isList(status.conditions, ({ type }) => isText(type)) &&
    [status.containerStatuses, status.initContainerStatuses].every((statuses) =>
      isList(
        statuses,
        ({ name, state = {}, lastState = {} }) => isText(name) && isObject(state) && isObject(lastState),
      ),
    );
  if (!isPod) throw new InputError(['it is not what the API server calls a pod']);
  return given as Pod;
}

/** The longest reason, in characters. A value in it may have any length. */
const MOST = 300;

/** Why a pod is skipped, in one line. */
export function refusalOf(pod: unknown, { problems }: InputError): string {
  const { namespace, name } = isObject(pod) && isObject(pod.metadata) ? pod.metadata : {};
  const cut = (text: string) => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
  const which = cut(plainLine(`${namespace ?? '?'}/${name ?? '?'}`));
  return `pod ${which} is skipped, since it is no run: ${cut(plainLine(problems.join('; ')))}`;
}
