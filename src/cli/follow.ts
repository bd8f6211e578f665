import type { Api } from '../cluster/api.js';
import { ClusterError } from '../cluster/errors.js';
import { type EndedRun, type Follower, followRun } from '../cluster/follow.js';
import type { LogStart } from '../cluster/log-position.js';
import type { Runs } from '../cluster/runs.js';
import { isBundleLine } from '../run/bundle.js';
import { OUTCOMES } from '../run/outcomes.js';
import { plain } from '../run/printable.js';
import { attemptName, type PlannedRun } from '../run/request.js';
import { parseResult } from '../run/result.js';
import { commandLine } from './command-line.js';
import { confirmed } from './confirm.js';
import { JsonPrinter, type LogPrinter, TextPrinter } from './log-printer.js';
import { EXIT, ledBy, type Terminal } from './terminal.js';
import { UserGit } from './user-git.js';

/** A run, and which attempt at it. */
export interface FollowedRun {
  readonly planned: PlannedRun;
  readonly attempt: number;
}

/**
 * Streams the runs' logs and says how they ended; of several, each line is led by its task.
 * @param json an object a line, as of `tail-logs --json`
 * @returns the outcome's exit code, of several that of the first that did not deliver
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
  const [branch, commit] = [input.taskBranch, result?.commit];
  const { confirmed: good, words } = await confirmed(git, repo, branch, commit);
  terminal.out(
    good ? `confirmed: ${branch} has ${commit} at ${input.repository}` : `reported, not confirmed: your git ${words}`,
  );
}

/**
 * Streams a pod's log, whoever spawned it, and prints the outcome. A pod that is gone, or whose log cannot be had, is told of:
 * it does not end the streams of others.
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
    const ended = await followRun(api, runs, name, followerOf(name, printer, pattern), start);
    printer.ended(ended);
    return ended;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    printer.note(error.message);
    return undefined;
  }
}

/** What a printer shows of a run while it is followed. */
export const followerOf = (name: string, printer: Omit<LogPrinter, 'ended'>, pattern = /(?:)/): Follower => ({
  line: (text, time) => {
    // The last line of the log is the result, which is told in words.
    if (!isBundleLine(text) && !parseResult(text) && pattern.test(plain(text))) printer.line(text, time);
  },
  ready: () => printer.ready(),
  waiting: (reason) => printer.note(`${name} waits: ${reason}`),
  resumed: (reason) => printer.note(`${reason}; taking the log up again`),
  lost: (reason) => printer.note(reason),
});

/** Lets the user leave while something is followed: the runs go on. */
export async function detachable<T>(again: string, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const detach = () => {
    terminal.err(`detached; what runs goes on. To see it again: ${again}`);
    process.exit(EXIT.detached);
  };
  process.once('SIGINT', detach);
  try {
    return await work();
  } finally {
    process.off('SIGINT', detach);
  }
}
