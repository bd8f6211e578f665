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

const ATTEMPT = matches(/^[1-9]\d{0,5}$/, 'a number from 1 to 999999');
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
export function checkPod(pod: Pod): Pod {
  const problems = new Problems();
  const { name, namespace, labels = {}, annotations = {} } = pod.metadata;
  const holds = (check: Check, value: string, field: string) => problems.collect(() => check(value, field));
  holds(NAME, String(name), 'its name');
  holds(NAME, String(namespace), 'its namespace');
  for (const key of Object.values(LABELS)) holds(LABEL, String(labels[key] ?? ''), `its label ${key}`);
  for (const [key, check] of Object.entries(OF_ANNOTATIONS)) {
    if (annotations[key] !== undefined) holds(check, String(annotations[key]), `its annotation ${key}`);
  }
  const container = pod.spec?.containers?.find((one) => one.name === CONTAINER);
  for (const { name: variable, value = '' } of container?.env ?? []) {
    const check = OF_VARIABLES[variable];
    if (check && value !== '') holds(check, value, `its variable ${variable}`);
  }
  problems.throwIfAny();
  const people = [ANNOTATIONS.createdBy, ANNOTATIONS.cancelledBy].flatMap((key) => {
    const user = annotations[key];
    return user === undefined ? [] : [[key, plainLine(String(user)).slice(0, USER_LENGTH)] as const];
  });
  if (people.length === 0) return pod;
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, ...Object.fromEntries(people) } } };
}

/** How a message begins about a pod that says of its run what cannot be. */
const MOST = 300;

/** Why a pod is none of the runner's, in one line; a value in it may be of any length. */
export function refusalOf({ metadata }: Pod, { problems }: InputError): string {
  const why = plainLine(problems.join('; '));
  const short = why.length > MOST ? `${why.slice(0, MOST)}…` : why;
  return plainLine(`pod ${metadata.namespace}/${metadata.name} is skipped, since it is no run: ${short}`);
}
