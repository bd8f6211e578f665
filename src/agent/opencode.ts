import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILES } from '../run/metadata.js';
import type { RunSettings } from '../run/settings.js';
import { isFull } from './ballast.js';
import { runCommand } from './command.js';
import { failureOf, type Progress, takeEvent } from './events.js';
import { RunFailure } from './failure.js';
import type { Log } from './log.js';
import type { Machine } from './machine.js';
import { endMarked, endOthers, MARK } from './processes.js';
import type { Stop } from './stop.js';
import { Watchdog } from './watchdog.js';

/** Switches for what OpenCode would otherwise fetch, send or load by itself. */
const SWITCHES = {
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_SHARE: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
};

/** Keeps OpenCode from what the repository configures for it. */
const OWN_CONFIG_ONLY = { OPENCODE_DISABLE_PROJECT_CONFIG: '1' };

/** How often the same tool call may have the same outcome in a row. */
const REPEATS = 30;

/**
 * The environment's configuration of OpenCode.
 * @throws RunFailure bad-config when it is not there or no JSON
 */
export function readOpenCodeConfig(machine: Machine): string {
  const path = join(machine.config, CONFIG_FILES.opencode);
  try {
    return JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new RunFailure('bad-config', `OpenCode's configuration cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Lets OpenCode do the task and writes what it does to the log. When it returns, nothing that it started runs any more.
 * @param progress what the event stream has said, also when it throws
 * @throws RunFailure agent-failed unless the event stream shows a good end; the stop's own reason when that ended it
 */
export async function runOpenCode(
  machine: Machine,
  config: string,
  worktree: string,
  prompt: string,
  log: Log,
  stop: Stop,
  { stallSeconds, allowRepositoryConfig }: Pick<RunSettings, 'stallSeconds' | 'allowRepositoryConfig'>,
  progress: Progress,
): Promise<void> {
  const reopen = closeConfigDirectory(machine);
  const mark = randomBytes(16).toString('hex');
  // What took the room may be gone at the end.
  const lookForRoom = (when: string) => {
    if (isFull(machine.workspace)) progress.full ??= when;
  };
  const watchdog = new Watchdog({ stallSeconds, mark, stop: (failure) => stop.because(failure) });
  log.waitsFor(() => watchdog.waitsFor);
  const ended = await runCommand(machine.opencode, ['run', '--format', 'json', '--dir', worktree], {
    cwd: worktree,
    env: {
      ...machine.environment,
      ...SWITCHES,
      ...(!allowRepositoryConfig && OWN_CONFIG_ONLY),
      PWD: worktree,
      OPENCODE_CONFIG_CONTENT: config,
      [MARK]: mark,
    },
    // Words on the command line would reach the model in quotes, and an open standard input would hang it.
    input: prompt,
    onLine: (line) => {
      const event = parse(line);
      const lines = event === undefined ? [line] : takeEvent(progress, event, worktree);
      watchdog.event(lines.at(-1));
      lookForRoom(`after ${lines.at(-1) ?? 'a step'}`);
      if (progress.repeats >= REPEATS) {
        stop.because(
          new RunFailure('stalled', `the same call has had the same outcome ${REPEATS} times: ${lines.at(-1)}`),
        );
      }
      if (event === undefined) log.say('opencode', line);
      else log.event(event, lines);
    },
    signal: stop.signal,
    expendable: true,
  }).finally(() => {
    watchdog.end();
    log.waitsFor(undefined);
    lookForRoom('when OpenCode ended');
    endMarked(mark);
    endOthers();
    reopen();
  });
  stop.signal.throwIfAborted();
  const failure = failureOf(progress, ended);
  if (failure) throw new RunFailure('agent-failed', failure);
}

/** OpenCode installs its plugin SDK into its own configuration folder at each start, unless it cannot write there. */
function closeConfigDirectory({ home }: Machine): () => void {
  const directory = join(home, '.config/opencode');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, '.gitignore'))) writeFileSync(join(directory, '.gitignore'), '*\n');
  chmodSync(directory, 0o555);
  return () => {
    try {
      chmodSync(directory, 0o755);
    } catch {
      // The agent has moved it, which is its own affair.
    }
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line.trim() === '' ? {} : undefined;
  }
}
