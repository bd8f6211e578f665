import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSettings } from '../../run/settings.js';
import { isFull } from '../process/ballast.js';
import { RunFailure } from '../process/failure.js';
import type { Log } from '../process/log.js';
import type { Machine } from '../process/machine.js';
import type { Stop } from '../process/stop.js';
import { Watchdog } from '../process/watchdog.js';
import { agentStatus, endAgent } from './agent-side.js';
import { type Address, type Connection, connectTo } from './connection.js';
import type { Transcript } from './transcript.js';
import { takeTurn } from './turn.js';
import { within } from './within.js';

/** How long OpenCode may take until its first answer, in milliseconds. */
const STARTING = 120_000;
const LOOK = 50;
/** How long the first health check may take, and the longest one, in milliseconds. */
const HEALTH = { first: 200, longest: 1000 };
/** Exit codes of a shell for a missing program, and for a killed one. */
const NOT_FOUND = 127;
const KILLED = 137;

/** The task for OpenCode. */
export interface Task {
  readonly title: string;
  readonly prompt: string;
  readonly worktree: string;
}

/** What watches over OpenCode while it works, and what is kept of it. */
export interface Watched {
  readonly log: Log;
  readonly stop: Stop;
  readonly settings: Pick<RunSettings, 'stallSeconds' | 'resources'>;
  /** What OpenCode has said, also after a failure. */
  readonly transcript: Transcript;
  /** The last problem of the model's API; empty while it answers. */
  readonly modelProblem: () => string;
}

/**
 * Gives the task to the launched OpenCode, and writes its actions to the log. At the end it tells the agent's container
 * to end all processes.
 * @throws RunFailure agent-failed unless OpenCode's history shows success; the stop's reason if that ended it
 */
export async function runOpenCode(
  machine: Machine,
  address: Address,
  task: Task,
  { log, stop, settings, transcript, modelProblem }: Watched,
): Promise<void> {
  let full: string | undefined;
  // The files that filled the workspace may be gone at the end, so this is checked on the way.
  const lookForRoom = (when: string) => {
    if (isFull(machine.workspace)) full ??= when;
  };
  const stalled = (words: string) =>
    modelProblem() === '' ? new RunFailure('stalled', words) : new RunFailure('agent-failed', noModel(modelProblem()));
  const watchdog = new Watchdog({
    stallSeconds: settings.stallSeconds,
    ticks: () => agentStatus(machine)?.ticks ?? 0,
    stop: (words) => stop.because(stalled(words)),
  });
  log.waitsFor(() => watchdog.waitsFor);
  try {
    const connection = connectTo(address, task.worktree);
    const check = () => checkAgent(machine, settings);
    await whenItAnswers(connection, check, stop.signal);
    await takeTurn(connection, task.title, task.prompt, transcript, {
      signal: stop.signal,
      check,
      onEvent: (event, { lines, isLife, isNews }) => {
        if (isLife) watchdog.event(lines.at(-1));
        if (lines.length > 0) lookForRoom(`after ${lines.at(-1)}`);
        if (isNews || lines.length > 0) log.event(event, lines);
        if (transcript.endless) stop.because(new RunFailure('stalled', transcript.endless));
      },
    });
  } catch (error) {
    lookForRoom('when OpenCode ended');
    stop.signal.throwIfAborted();
    if (full) throw fullWorkspace(full);
    throw error instanceof RunFailure ? error : new RunFailure('agent-failed', `OpenCode: ${(error as Error).message}`);
  } finally {
    watchdog.end();
    log.waitsFor(undefined);
    if (!(await endAgent(machine))) log.say('opencode', 'the agent’s container does not say that all of it has ended');
  }
  lookForRoom('when OpenCode ended');
  stop.signal.throwIfAborted();
  if (full) throw fullWorkspace(full);
}

const noModel = (problem: string): string => `the model does not answer: ${problem}`;

const fullWorkspace = (when: string): RunFailure =>
  new RunFailure('agent-failed', `the workspace was full ${when}: raise pod.workspaceSize`);

/** @throws RunFailure agent-failed if OpenCode does not answer in time */
async function whenItAnswers(connection: Connection, check: () => void, signal: AbortSignal): Promise<void> {
  const until = Date.now() + STARTING;
  let limit = HEALTH.first;
  for (;;) {
    signal.throwIfAborted();
    check();
    const asked = Date.now();
    try {
      // A request that OpenCode accepts while it starts may never get an answer.
      await within(signal, limit, (limited) => connection(limited).global.health({ throwOnError: true }));
      return;
    } catch (error) {
      if (Date.now() > until) {
        throw new RunFailure(
          'agent-failed',
          `OpenCode did not answer within ${STARTING / 1000} s (${(error as Error).message}); the log ` +
            'of the container agent may say why',
        );
      }
      // On a slow machine an answer takes longer. A refused connection says nothing about that.
      if (Date.now() - asked >= limit) limit = Math.min(2 * limit, HEALTH.longest);
      await sleep(LOOK);
    }
  }
}

/** @throws RunFailure if OpenCode or the whole container ended by itself */
function checkAgent(machine: Machine, { resources }: Pick<RunSettings, 'resources'>): void {
  const { begins = 1, ends = 0, code = 0 } = agentStatus(machine) ?? {};
  const { memory } = resources.limits;
  const killed = `was killed, as it is for want of memory: it may use ${memory} (pod.resources.limits.memory)`;
  if (begins > 1) throw new RunFailure('agent-failed', `the agent’s container ${killed}`);
  if (ends === 0) return;
  if (code === NOT_FOUND) throw new RunFailure('bad-config', 'there is no opencode on the PATH of the agent’s image');
  const how =
    code === KILLED ? killed : `ended by itself with code ${code}; the log of the container agent may say why`;
  throw new RunFailure('agent-failed', `OpenCode ${how}`);
}
