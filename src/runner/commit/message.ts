import { commitSubject, isLongTitle } from '../../run/commit-subject.js';
import type { RunInput } from '../../run/input.js';
import type { OutcomeName } from '../../run/outcomes.js';
import type { Allowance } from '../paths/protected-paths.js';

/** The texts and rules for a commit. */
export interface Work {
  /** The run's outcome, or `checkpoint` for work in progress while it runs. Only `delivered` work is finished. */
  readonly outcome: OutcomeName | 'checkpoint';
  readonly title: string;
  /** The agent's last text. */
  readonly summary: string;
  /** The protected paths that the run may change. */
  readonly allowance: Allowance;
  readonly author: { readonly name: string; readonly email: string };
  /** Removes known secrets from a text. */
  readonly redact: (text: string) => string;
  /** The known secrets in each form in which they may be written. No file may contain one. */
  readonly secrets: () => readonly string[];
}

/** The first line of the message. The title is redacted before it is cut, so that no part of a secret remains. */
export function subjectOf({ taskId }: RunInput, { outcome, title, redact }: Work): string {
  const redacted = redact(title);
  return commitSubject(taskId, outcome === 'delivered' ? redacted : `Work in progress (${outcome}): ${redacted}`);
}

/**
 * The message: subject, task, the agent's summary, and the trailers by which the run is found again. Each part is
 * redacted before it is cut. Everything but the trailers is redacted again as a whole, because two subjects may each
 * hold one half of a secret.
 * @param commits subjects of the agent's own commits
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
  // Git accepts no NUL in a message. NULs are removed before redaction, since a secret may have them between its
  // letters.
  const body = paragraphs
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
    .replaceAll('\0', '');
  return `${redact(body)}\n\nAgent-Run: ${input.runName}\nAgent-Outcome: ${outcome}`;
}
