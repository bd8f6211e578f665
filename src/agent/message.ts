import { commitSubject, isLongTitle } from '../run/commit-subject.js';
import type { RunInput } from '../run/input.js';
import type { OutcomeName } from '../run/outcomes.js';
import type { Allowance } from './protected-paths.js';

/** What is committed, and how it is described. */
export interface Work {
  /** How the run ended, if it has: work of a run that did not deliver is in progress. */
  readonly outcome: OutcomeName | 'checkpoint';
  readonly title: string;
  /** What the agent said last. */
  readonly summary: string;
  /** The feature's directory, whose task list is not the agent's to change. */
  readonly feature?: string;
  /** What it may change of the protected paths. */
  readonly allowance: Allowance;
  readonly author: { readonly name: string; readonly email: string };
  /** Takes known secrets out of a text. */
  readonly redact: (text: string) => string;
  /** What must not be in any file: known secrets in each form in which they may be written. */
  readonly secrets: () => readonly string[];
}

export function subjectOf({ taskId }: RunInput, { title, outcome }: Work): string {
  return commitSubject(taskId, outcome === 'delivered' ? title : `Work in progress (${outcome}): ${title}`);
}

/**
 * Subject, what was asked, what the agent says it did, and the trailers by which the run is found again.
 * @param commits subjects of those that the agent made itself
 */
export function messageOf(input: RunInput, work: Work, commits: readonly string[]): string {
  const { outcome, title, summary } = work;
  const paragraphs = [
    subjectOf(input, work),
    isLongTitle(title) || outcome !== 'delivered' ? title : '',
    summary.trim().slice(0, 4000),
    commits.length > 0 ? ['The agent committed:', ...commits.map((line) => `- ${line.slice(0, 200)}`)].join('\n') : '',
    [`Agent-Run: ${input.runName}`, `Agent-Outcome: ${outcome}`].join('\n'),
  ];
  // Git takes no message with a NUL.
  return paragraphs
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
    .replaceAll('\0', '');
}
