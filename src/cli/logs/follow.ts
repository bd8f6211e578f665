import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import { type EndedRun, type Follower, followRun } from '../../cluster/follow.js';
import type { LogStart } from '../../cluster/log-position.js';
import type { Runs } from '../../cluster/runs.js';
import { isBundleLine } from '../../run/bundle.js';
import { OUTCOMES } from '../../run/outcomes.js';
import { plain } from '../../run/printable.js';
import { attemptName, type PlannedRun } from '../../run/request.js';
import { parseResult } from '../../run/result.js';
import { confirmed } from '../git/confirm.js';
import { UserGit } from '../git/user-git.js';
import { commandLine } from '../line/command-line.js';
import { EXIT, ledBy, type Terminal } from '../terminal/terminal.js';
import { JsonPrinter, type LogPrinter, TextPrinter } from './log-printer.js';

/** An attempt of a run. */
export interface FollowedRun {
  readonly planned: PlannedRun;
  readonly attempt: number;
}

/**
 * Streams the runs' logs and prints how they ended. With several runs, each line begins with its task.
 * @param json prints one object per line, as `tail-logs --json` does
 * @returns the outcome's exit code; for several runs, that of the first that did not deliver
 */
export async function followToEnd(
  api: Api,
  runs: Runs,
  spawned: readonly FollowedRun[],
  repo: string,
  terminal: Terminal,
  json = false,
): Promise<number> {
  const names = spawned.map(({ planned, attempt }) => attemptName(planned, attempt));
  const terminals = ledBy(
    terminal,
    spawned.map(({ planned }) => planned.input.taskId),
  );
  const git = new UserGit(terminal.cwd);
  const follow = async ({ planned, attempt }: FollowedRun, index: number) => {
    const own = terminals[index] ?? terminal;
    const pod = attemptName(planned, attempt);
    const task = planned.input.taskId;
    const printer = json ? new JsonPrinter(terminal, { task, pod }) : new TextPrinter(own, { pod, flags: runs.flags });
    const ended = await followPod(api, runs, pod, printer);
    if (!ended) return EXIT.cluster;
    const out = json ? (text: string) => printer.note(text) : own.out;
    if (ended.outcome === 'delivered') await confirm(git, planned, ended, repo, { ...own, out });
    return OUTCOMES[ended.outcome].exitCode;
  };
  const codes = await detachable(commandLine('tail-logs', ...names, ...runs.flags), terminal, () =>
    Promise.all(spawned.map(follow)),
  );
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

async function confirm(
  git: UserGit,
  { input }: PlannedRun,
  { result }: EndedRun,
  repo: string,
  terminal: Terminal,
): Promise<void> {
  const [branch, commit] = [result?.branch ?? input.taskBranch, result?.commit];
  const { confirmed: good, words } = await confirmed(git, repo, branch, commit);
  terminal.out(
    good ? `confirmed: ${branch} has ${commit} at ${input.repository}` : `reported, not confirmed: your git ${words}`,
  );
}

/**
 * Streams a pod's log, no matter who spawned it, and prints the outcome. A note reports a pod that is gone, or whose
 * log cannot be read. The streams of other pods go on.
 * @returns undefined when it could not be followed
 */
export async function followPod(
  api: Api,
  runs: Runs,
  name: string,
  printer: LogPrinter,
  start: LogStart = {},
  pattern = /(?:)/,
): Promise<EndedRun | undefined> {
  try {
    const shown = {
      line: (text: string, time?: string) => printer.line(text, time),
      note: (text: string) => printer.note(text),
      ready: () => printer.ready(),
      waits: (reason: string) => printer.note(`${name} waits: ${reason}`),
    };
    const ended = await followRun(api, runs, name, followerOf(shown, pattern), start);
    printer.ended(ended);
    return ended;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    printer.note(error.message);
    return undefined;
  }
}

/** What is shown of a run while it is followed. */
export interface Shown extends Pick<LogPrinter, 'line' | 'note' | 'ready'> {
  /** The run has not started, for this reason. */
  waits(reason: string): void;
}

/** Follows a run for people, without the lines of a bundle, and without the result: it is printed in words. */
export const followerOf = (shown: Shown, pattern = /(?:)/): Follower => ({
  line: (text, time) => {
    if (!isBundleLine(text) && !parseResult(text) && pattern.test(plain(text))) shown.line(text, time);
  },
  ready: () => shown.ready(),
  waiting: (reason) => shown.waits(reason),
  resumed: (reason) => shown.note(`${reason}; resuming the log`),
  lost: (reason) => shown.note(reason),
});

/** Lets the user detach with Ctrl-C while runs are followed. The runs go on. */
export async function detachable<T>(again: string, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const detach = () => {
    terminal.err(`detached; the runs go on. To see them again: ${again}`);
    process.exit(EXIT.detached);
  };
  process.once('SIGINT', detach);
  try {
    return await work();
  } finally {
    process.off('SIGINT', detach);
  }
}
