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
  /** What it may change of the protected paths. */
  readonly allowance: Allowance;
  readonly author: { readonly name: string; readonly email: string };
  /** Takes known secrets out of a text. */
  readonly redact: (text: string) => string;
  /** What must not be in any file: known secrets in each form in which they may be written. */
  readonly secrets: () => readonly string[];
}

/** The first line. It has no part of a secret either: what is cut is redacted first. */
export function subjectOf({ taskId }: RunInput, { outcome, title, redact }: Work): string {
  const redacted = redact(title);
  return commitSubject(taskId, outcome === 'delivered' ? redacted : `Work in progress (${outcome}): ${redacted}`);
}

/**
 * Subject, what was asked, what the agent says it did, and the trailers by which the run is found again. Secrets are taken out
 * of each part before it is cut, and of all but the trailers as a whole: two subjects may each hold one half.
 * @param commits subjects of those that the agent made itself
 */
export function messageOf(input: RunInput, work: Work, commits: readonly string[]): string {
  const { outcome, redact } = work;
  const title = redact(work.title);
  const made = commits.map((line) => `- ${redact(line).slice(0, 200)}`);
  const paragraphs = [
    subjectOf(input, work),
    isLongTitle(title) || outcome !== 'delivered' ? title : '',
    redact(work.summary).trim().slice(0, 4000),
    made.length > 0 ? ['The agent committed:', ...made].join('\n') : '',
  ];
  // Git takes no message with a NUL. It goes first: a secret may have NULs between its letters.
  const body = paragraphs
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
    .replaceAll('\0', '');
  return `${redact(body)}\n\nAgent-Run: ${input.runName}\nAgent-Outcome: ${outcome}`;
}
