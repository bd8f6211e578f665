import { createHash } from 'node:crypto';

/** What Kubernetes takes for the name of a namespace. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The name of a commit, as git gives it: by SHA-1 or SHA-256. */
export const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The name of a commit, for a person. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

/** Longest slug, in characters: a pod's name is `agent-<slug>-<10 hex>-<attempt>` and at most 63 long. */
const SLUG_LENGTH = 40;

/** Ids as spec-kit writes them (`T001`, `T002a`, `TR01`): their lower-case form stands for them alone. */
const SPEC_KIT_ID = /^[A-Z]{1,3}\d+[a-z]?$/;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * A DNS label for any text. Where that loses something (case, other characters, length), four hex digits of the text's
 * hash keep two texts apart; a text that only looks as if it had such digits gets its own.
 */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const short = plain.length <= SLUG_LENGTH;
  const lowerCaseOfSpecKitId = SPEC_KIT_ID.test(plain.toUpperCase()) || /^[a-z]{1,3}\d+[a-z]$/.test(plain);
  const looksHashed = /-[0-9a-f]{4}$/.test(plain);
  if (short && SPEC_KIT_ID.test(text)) return plain;
  if (short && plain !== '' && text === plain && !lowerCaseOfSpecKitId && !looksHashed) return plain;
  const kept = plain.slice(0, SLUG_LENGTH - 5).replace(/-+$/, '') || 'x';
  return `${kept}-${hex(text).slice(0, 4)}`;
}

/** The hash that identifies a run whatever its attempt: repository, task branch and the task's own id. */
export function runId(repositoryIdentity: string, taskBranch: string, taskId: string): string {
  return hex([repositoryIdentity, taskBranch, taskId].join('\n'));
}

/** The part of {@link runId} that names and labels carry. */
export function shortRunId(id: string): string {
  return id.slice(0, 10);
}

/** @param attempt counts from 1 */
export function podName(taskId: string, id: string, attempt: number): string {
  return `agent-${slug(taskId)}-${shortRunId(id)}-${attempt}`;
}

// Compiled once: letters of every language, with their cases in the task's own expression, cost half a millisecond for each task.
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

/** How a task's branch is named where the environment does not say it. */
export const BRANCH_PATTERN = '{branch}-{task}';

/**
 * The branch that the run pushes to: the given one if it already names the task, else the environment's pattern. A branch that
 * does not name the feature may be that of several, each with such a task: the feature's name comes behind it.
 * The default joins with `-`, since a Git ref cannot be both `x` and `x/y`.
 * @param contextPath the feature's directory, relative to the repository
 */
export function taskBranch(branch: string, taskId: string, contextPath?: string, pattern = BRANCH_PATTERN): string {
  if (branchNames(branch, taskId)) return branch;
  const feature = contextPath?.split('/').pop();
  const own = feature && !branchNames(branch, feature) ? `${branch}-${slug(feature)}` : branch;
  return pattern.replace(/\{(branch|task)\}/g, (_, name) => (name === 'branch' ? own : slug(taskId)));
}

/** What begins the names of everything that an environment installs. */
export const installedName = (environment: string): string => `agentic-sdlc-agent-runner-${environment}`;

/** Where the work in progress of a living run is kept: a ref that no list of branches shows. */
export const checkpointRef = (branch: string): string => `refs/agent-runner/wip/${branch}`;

/** The same on a host that takes nothing but branches and tags. */
export const checkpointBranch = (branch: string): string => `refs/heads/${branch}-wip`;

/** Where a checkpoint may be, in the order in which it is looked for. */
export const checkpointRefs = (branch: string): string[] => [checkpointRef(branch), checkpointBranch(branch)];

/** Fits the names of a task's runs, whatever their attempt; without the run's id those of every repository and branch. */
export const runNames = (taskId: string, id?: string): RegExp =>
  new RegExp(`^agent-${slug(taskId)}-${id ? shortRunId(id) : '[0-9a-f]{10}'}-\\d+$`);

/** The name of a run, whatever its attempt, from that of a pod. */
export const withoutAttempt = (pod: string): string => pod.replace(/-\d+$/, '');

/** The number of a run's attempt, from that of a pod. */
export const attemptOf = (pod: string): string => /-(\d+)$/.exec(pod)?.[1] ?? '1';

/** Where the work of an attempt goes that the task's own branch does not take. */
export const attemptBranch = (branch: string, runName: string): string => `${branch}-${attemptOf(runName)}`;

/** The feature that a run belongs to: the name of its feature directory, else its branch. */
export function featureName(branch: string, contextPath: string | undefined): string {
  return contextPath?.split('/').pop() || branch;
}
