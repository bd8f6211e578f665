import { OUTCOMES } from '../../../run/outcomes.js';
import { plainLine } from '../../../run/printable.js';
import { integrationBranch } from '../../git/integration.js';
import { commandLine } from '../../line/command-line.js';
import { costOf, tokensOf } from '../../terminal/amounts.js';
import { formatTable } from '../../terminal/table.js';
import { EXIT, type Terminal } from '../../terminal/terminal.js';
import type { RunEnd } from './task-run.js';
import { type Halt, hasDelivered } from './waves.js';

/** The tasks that `implement` was asked for, and how they ended. */
export interface Summary {
  readonly feature: string;
  readonly branch: string;
  readonly namespace: string;
  readonly tasks: readonly { readonly task: string; readonly branch: string }[];
  /** Tasks that needed no run, because they were delivered before. */
  readonly before: ReadonlySet<string>;
  readonly ends: ReadonlyMap<string, RunEnd>;
  readonly halt: Halt | undefined;
}

/** Exit code for a stop at a human's task. */
const HUMAN = 4;

/** 0 if every task is delivered. Otherwise the code of the problem that the user has to solve first. */
export function exitCode({ ends, halt, ...rest }: Summary): number {
  if (halt?.by === 'conflict') return EXIT.unexpected;
  const worst = Math.max(0, ...[...ends.values()].map(({ outcome }) => OUTCOMES[outcome].exitCode));
  if (worst > 0) return worst;
  if (halt?.by === 'humans') return HUMAN;
  return countOf({ ends, halt, ...rest }) === rest.tasks.length ? EXIT.ok : EXIT.unexpected;
}

const countOf = ({ tasks, before, ends }: Summary): number =>
  tasks.filter(({ task }) => before.has(task) || hasDelivered(ends.get(task))).length;

/** The summary as one object, for programs. */
export function summaryJson(summary: Summary): object {
  const { feature, branch, namespace, tasks, before, ends, halt } = summary;
  return {
    feature,
    branch,
    integrationBranch: integrationBranch(branch),
    namespace,
    asked: tasks.length,
    delivered: countOf(summary),
    tasks: tasks.map(({ task, branch: own }) => {
      const { pod, outcome, message, confirmed, result } = ends.get(task) ?? {};
      return {
        task,
        branch: own,
        state: outcome ?? (before.has(task) ? 'delivered' : 'not-started'),
        ...(pod && { pod }),
        ...(message && { message }),
        ...(confirmed !== undefined && { confirmed }),
        ...(result && { result }),
      };
    }),
    ...(halt && { stopped: stopJson(halt) }),
  };
}

/** Why the plan stopped, for programs. */
export function stopJson(halt: Halt): { readonly by: string; readonly [more: string]: unknown } {
  switch (halt.by) {
    case 'conflict':
      return { by: halt.by, branch: halt.conflict.other, into: halt.conflict.branch, files: halt.conflict.files };
    case 'error':
      return { by: halt.by };
    default:
      return halt;
  }
}

/** The commands with which the user can go on. */
export interface Hints {
  readonly again: string;
  readonly merge: string;
  /** The flags that lead a command to the runs. */
  readonly flags: readonly string[];
}

/** The summary for people. */
export function sayAll(summary: Summary, hints: Hints, terminal: Terminal): void {
  const { tasks, before, ends } = summary;
  const command = (...words: string[]) => commandLine('agent-runner', ...words, ...hints.flags);
  const rows = tasks.map(({ task, branch }) => {
    const end = ends.get(task);
    if (!end) return [task, before.has(task) ? 'delivered before' : 'not started', '', '', branch];
    const { outcome, result } = end;
    const shown = outcome !== 'delivered' || end.confirmed ? outcome : 'delivered (reported, not confirmed)';
    return [task, shown, tokensOf(result?.tokens), costOf(result?.cost), branch];
  });
  const total = [...ends.values()].flatMap(({ result }) => result ?? []);
  const tokens = total.reduce((sum, result) => sum + result.tokens, 0);
  const cost = total.reduce((sum, result) => sum + result.cost, 0);
  terminal.out(
    `\n${formatTable([['TASK', 'OUTCOME', 'TOKENS', 'COST', 'BRANCH'], ...rows].map((row) => row.map(plainLine)))}`,
  );
  for (const [task, end] of ends) {
    if (end.confirmed) continue;
    const { outcome, message, result, pod } = end;
    terminal.out(`\n${task} ${outcome}: ${plainLine(message)}`);
    if (!result) terminal.out(`  its work, as far as it was saved: ${command('recover', pod)}`);
    const action = outcome === 'delivered' ? command('describe', pod) : OUTCOMES[outcome].action;
    terminal.out(`  next: ${action}`);
  }
  const count = countOf(summary);
  const percent = tasks.length === 0 ? 100 : Math.floor((100 * count) / tasks.length);
  terminal.out(`\ndelivered ${count} of ${tasks.length} (${percent} %), ${tokens} tokens, ${costOf(cost) || '$0'}`);
  for (const line of whatNext(summary, hints)) terminal.out(line);
}

/** Why it stopped, and what the user can do about it. */
function whatNext({ halt, branch, ...rest }: Summary, { again, merge }: Hints): string[] {
  const target = integrationBranch(branch);
  switch (halt?.by) {
    case 'conflict':
      return [
        `stopped: ${halt.conflict.message}`,
        `Merge ${halt.conflict.other} into ${halt.conflict.branch} by hand, push that, and start again: ${again}`,
      ];
    case 'humans':
      return [
        `stopped: ${halt.tasks.join(', ')} ${halt.tasks.length > 1 ? 'are' : 'is'} yours. Delivered work ` +
          `is on ${target}.`,
        `Do ${halt.tasks.length > 1 ? 'them' : 'it'}, tick, push ${branch}, and start again: ${again} ` +
          '(or go on without: --skip-sync)',
      ];
    case 'error':
      return [`stopped by an error. Runs that are alive go on. To follow them again: ${again}`];
    case 'failure':
      return [`stopped: ${halt.tasks.join(', ')} did not deliver. Delivered work is on ${target}. To go on: ${again}`];
    default:
      return countOf({ halt, branch, ...rest }) > 0
        ? [`Delivered work is on ${target}. To bring it into ${branch}: ${merge}`]
        : [];
  }
}
