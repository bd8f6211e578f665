import { createHash } from 'node:crypto';

/** A valid namespace name in Kubernetes. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A commit id, as SHA-1 or SHA-256. */
export const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** A short commit id, for people. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

/** The longest slug, in characters. A pod's name is `agent-<slug>-<10 hex>-<attempt>`, with at most 63 characters. */
export const SLUG_LENGTH = 40;

/**
 * Ids as spec-kit writes them (`T001`, `T002a`, `TR01`). Their slug is the lower-case form, which no other text gets.
 */
export const SPEC_KIT_ID = /^[A-Z]{1,3}[0-9]+[a-z]?$/;

/** Texts that may serve as their own slug. */
export const PLAIN_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Slugs of spec-kit ids. No other text gets such a slug. */
export const SLUG_OF_ID = /^[a-z]{1,3}[0-9]+[a-z]?$/;

/** Every other text's slug ends like this, and only those do. */
export const HASHED_NAME = /-[0-9a-f]{4}$/;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Turns any text into a DNS label. If that loses something (case, other characters, length), four hex digits of the
 * text's hash keep two texts apart. A text that already ends like such a hash gets its own hash as well.
 */
export function slug(text: string): string {
  const short = text.length <= SLUG_LENGTH;
  if (short && SPEC_KIT_ID.test(text)) return text.toLowerCase();
  if (short && PLAIN_NAME.test(text) && !SLUG_OF_ID.test(text) && !HASHED_NAME.test(text)) return text;
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const kept = plain.slice(0, SLUG_LENGTH - 5).replace(/-+$/, '') || 'x';
  return `${kept}-${hex(text).slice(0, 4)}`;
}

/** The hash that identifies a run across all attempts: of the repository, the task branch and the task's id. */
export function runId(repositoryIdentity: string, taskBranch: string, taskId: string): string {
  return hex([repositoryIdentity, taskBranch, taskId].join('\n'));
}

/** The part of {@link runId} that pod names and labels contain. */
export function shortRunId(id: string): string {
  return id.slice(0, 10);
}

/** @param attempt counts from 1 */
export function podName(taskId: string, id: string, attempt: number): string {
  return `agent-${slug(taskId)}-${shortRunId(id)}-${attempt}`;
}

// Compiled once: as a part of each task's expression, the letters of all languages cost half a millisecond per task.
const ENDS_IN_WORD = /[\p{L}\p{N}]$/u;
const BEGINS_WITH_WORD = /^[\p{L}\p{N}]/u;

/** True when `branch` has the word as a whole: `T001` is in `specs/x/T001-async`, not in `T0010`. */
export function branchNames(branch: string, word: string): boolean {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...branch.matchAll(new RegExp(`(?=${literal})`, 'giu'))].some(
    ({ index }) =>
      !ENDS_IN_WORD.test(branch.slice(0, index)) && !BEGINS_WITH_WORD.test(branch.slice(index + word.length)),
  );
}

/** The default pattern for the names of task branches. */
export const BRANCH_PATTERN = '{branch}-{task}';

/**
 * The branch that the run pushes to: the given one if it already names the task, otherwise one from the environment's
 * pattern. Several features may share a branch that does not name the feature, and each may have such a task, so the
 * feature's name is appended. The default pattern joins with `-` because a Git repository cannot have both `x` and
 * `x/y`.
 * @param contextPath the feature's directory, relative to the repository
 */
export function taskBranch(branch: string, taskId: string, contextPath?: string, pattern = BRANCH_PATTERN): string {
  if (branchNames(branch, taskId)) return branch;
  const feature = contextPath?.split('/').pop();
  const own = feature && !branchNames(branch, feature) ? `${branch}-${slug(feature)}` : branch;
  return pattern.replace(/\{(branch|task)\}/g, (_, name) => (name === 'branch' ? own : slug(taskId)));
}

/** The prefix of the names of everything that an environment installs. */
export const installedName = (environment: string): string => `agentic-sdlc-agent-runner-${environment}`;

/** The folder with the manifests from which Argo CD installs an environment. */
export const argoFolder = (environment: string): string => `argocd-${environment}`;

/** The ref for the work in progress of an active run. No list of branches shows it. */
export const checkpointRef = (branch: string): string => `refs/agent-runner/wip/${branch}`;

/** The same on a host that accepts only branches and tags. */
export const checkpointBranch = (branch: string): string => `refs/heads/${branch}-wip`;

/** The refs that may hold a checkpoint, in the order of the search. */
export const checkpointRefs = (branch: string): string[] => [checkpointRef(branch), checkpointBranch(branch)];

/**
 * Matches the pod names of a task's runs, for any attempt. Without a run id it matches those of every repository and
 * branch.
 */
export const runNames = (taskId: string, id?: string): RegExp =>
  new RegExp(`^agent-${slug(taskId)}-${id ? shortRunId(id) : '[0-9a-f]{10}'}-\\d+$`);

/** A pod's name without the attempt number. */
export const withoutAttempt = (pod: string): string => pod.replace(/-\d+$/, '');

/** The attempt number in a pod's name. */
export const attemptOf = (pod: string): number => Number(/-(\d+)$/.exec(pod)?.[1] ?? 1);

/**
 * The branch that a run delivers to if others have put commits on the earlier ones: `x`, `x-r2`, `x-r3`.
 * @param count from 1
 */
export const replacementBranch = (branch: string, count: number): string =>
  count === 1 ? branch : `${branch}-r${count}`;

/** Whether a name is a task's branch or one of its replacements. */
export const isOwnBranch = (name: string, branch: string): boolean =>
  name === branch || (name.startsWith(`${branch}-r`) && /^([2-9]|[1-9]\d+)$/.test(name.slice(branch.length + 2)));

/** The branch for work of an attempt that cannot go to the task's own branch. */
export const attemptBranch = (branch: string, runName: string): string => `${branch}-${attemptOf(runName)}`;

/** A replacement for a branch that somebody else owns: its name with the first digits of the commit. */
export const branchWith = (name: string, commit: string): string => `${name}-${commit.slice(0, 10)}`;

/** The feature that a run belongs to: the name of its feature directory, or its branch if it has none. */
export function featureName(branch: string, contextPath: string | undefined): string {
  return contextPath?.split('/').pop() || branch;
}
