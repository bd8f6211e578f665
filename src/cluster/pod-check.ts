import { checkBranch } from '../run/branch.js';
import { checkBase, checkTaskId } from '../run/input.js';
import { ANNOTATIONS, CONTAINER, LABELS } from '../run/metadata.js';
import { plainLine } from '../run/printable.js';
import { InputError, Problems } from '../run/problems.js';
import { parseRepository } from '../run/repository.js';
import type { Pod } from './pod.js';

// Who may create pods writes their annotations, labels and variables, and where SpawnPolicy is off nothing holds them to
// what a run is. Everything that the commands read of a pod passes here first.

type Check = (value: string, field: string) => unknown;

const matches =
  (pattern: RegExp, rule: string): Check =>
  (value, field) => {
    if (!pattern.test(value)) throw new InputError([`${field} "${value}" is not ${rule}`]);
  };

/** The highest number that an attempt may have. */
export const LAST_ATTEMPT = 999_999;

const ATTEMPT = matches(/^[1-9]\d{0,5}$/, `a number from 1 to ${LAST_ATTEMPT}`);
const RUN_ID = matches(/^[0-9a-f]{64}$/, 'a hash of 64 hexadecimal digits');
const LABEL = matches(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, 'a label of Kubernetes');
const NAME = matches(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'a name of Kubernetes');
const USER_LENGTH = 253;

/** An annotation, a label or a variable that is not there is not given: the commands know its default. */
const OF_ANNOTATIONS: Readonly<Record<string, Check>> = {
  [ANNOTATIONS.task]: checkTaskId,
  [ANNOTATIONS.repository]: parseRepository,
  [ANNOTATIONS.branch]: checkBranch,
  [ANNOTATIONS.attempt]: ATTEMPT,
  [ANNOTATIONS.runId]: RUN_ID,
};
const OF_VARIABLES: Readonly<Record<string, Check>> = { GIT_BASE: checkBase, GIT_BRANCH: checkBranch };

/**
 * Holds what a pod says of its run against the checks of a user's own input.
 * @returns the pod, with names of users as they may be printed
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
  const attempt = annotations[ANNOTATIONS.attempt];
  if (attempt !== undefined && !name.endsWith(`-${attempt}`)) {
    problems.add(`its name is not that of attempt ${attempt}`);
  }
  const container = pod.spec?.containers?.find((one) => one.name === CONTAINER);
  for (const { name: variable, value = '' } of container?.env ?? []) {
    const check = OF_VARIABLES[variable];
    if (check && value !== '') holds(check, value, `its variable ${variable}`);
  }
  problems.throwIfAny();
  const people = [ANNOTATIONS.createdBy, ANNOTATIONS.cancelledBy].flatMap((key) => {
    const user = annotations[key];
    return user === undefined ? [] : [[key, plainLine(user).slice(0, USER_LENGTH)] as const];
  });
  if (people.length === 0) return pod;
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, ...Object.fromEntries(people) } } };
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): boolean => typeof value === 'string';
/** A list may be left out, and so may a map. */
const isList = (value: unknown, holds: (item: Fields) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => isObject(item) && holds(item)));
const isMap = (value: unknown): boolean =>
  value === undefined || (isObject(value) && Object.values(value).every(isText));

/**
 * What an API server always sends, and something in its place may not.
 * @throws InputError when it is another thing than a pod
 */
function checkShape(given: unknown): Pod {
  const { metadata, spec = {}, status = {} } = isObject(given) ? given : {};
  const isPod =
    isObject(metadata) &&
    [metadata.name, metadata.namespace].every(isText) &&
    [metadata.labels, metadata.annotations].every(isMap) &&
    isObject(spec) &&
    isList(spec.containers, ({ name, env }) => isText(name) && isList(env, (one) => isText(one.name))) &&
    isObject(status) &&
    isList(status.conditions, ({ type }) => isText(type)) &&
    isList(status.containerStatuses, ({ name, state = {} }) => isText(name) && isObject(state));
  if (!isPod) throw new InputError(['it is not what the API server calls a pod']);
  return given as Pod;
}

/** Most characters of a reason; a value in it may be of any length. */
const MOST = 300;

/** Why a pod is skipped, in one line. */
export function refusalOf(pod: unknown, { problems }: InputError): string {
  const { namespace, name } = isObject(pod) && isObject(pod.metadata) ? pod.metadata : {};
  const cut = (text: string) => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
  const which = cut(plainLine(`${namespace ?? '?'}/${name ?? '?'}`));
  return `pod ${which} is skipped, since it is no run: ${cut(plainLine(problems.join('; ')))}`;
}
