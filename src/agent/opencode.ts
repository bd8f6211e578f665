import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILES } from '../run/metadata.js';
import { runCommand } from './command.js';
import { failureOf, type Progress, takeEvent } from './events.js';
import { RunFailure } from './failure.js';
import type { Log } from './log.js';
import type { Machine } from './machine.js';

/** Switches for what OpenCode would otherwise fetch, send or load by itself. */
const SWITCHES = {
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_SHARE: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_PROJECT_CONFIG: '1',
};

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
 * Lets OpenCode do the task and writes what it does to the log.
 * @throws RunFailure agent-failed unless the event stream shows a good end; interrupted when the signal ended it
 */
export async function runOpenCode(
  machine: Machine,
  config: string,
  worktree: string,
  prompt: string,
  log: Log,
  signal: AbortSignal,
): Promise<Progress> {
  const reopen = closeConfigDirectory(machine);
  const progress: Progress = { tokens: 0, cost: 0 };
  const { code, stderr } = await runCommand(machine.opencode, ['run', '--format', 'json', '--dir', worktree], {
    cwd: worktree,
    env: { ...machine.environment, ...SWITCHES, PWD: worktree, OPENCODE_CONFIG_CONTENT: config },
    // Words on the command line would reach the model in quotes, and an open standard input would hang it.
    input: prompt,
    onLine: (line) => {
      const event = parse(line);
      if (event === undefined) log.say('opencode', line);
      else log.event(event, takeEvent(progress, event, worktree));
    },
    signal,
  }).finally(reopen);
  if (signal.aborted) throw new RunFailure('interrupted', 'the pod was asked to stop');
  const failure = failureOf(progress, code, stderr);
  if (failure) throw new RunFailure('agent-failed', failure);
  return progress;
}

/** OpenCode installs its plugin SDK into its own configuration folder at each start, unless it cannot write there. */
function closeConfigDirectory({ home }: Machine): () => void {
  const directory = join(home, '.config/opencode');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, '.gitignore'))) writeFileSync(join(directory, '.gitignore'), '*\n');
  chmodSync(directory, 0o555);
  return () => chmodSync(directory, 0o755);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line.trim() === '' ? {} : undefined;
  }
}
