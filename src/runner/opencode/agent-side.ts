import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTROL_FILES, STATUS_FILE } from '../../run/metadata.js';
import { shellQuote } from '../../run/shell-quote.js';
import { readRegular } from '../git/regular-file.js';
import type { Machine } from '../process/machine.js';

// The files with which the runner controls the agent's container, and the container's status. See
// src/run/agent-entry.ts.

/** The longest status that is read, in bytes. */
const LONGEST = 100;
/** How long the container may take to end its processes, in milliseconds. The agent may block it. */
const ENDING = 3000;
const LOOK = 50;

/** The status of the agent's container. The agent can write it too, so only messages may depend on it. */
export interface AgentStatus {
  /** How often the container has started. */
  readonly begins: number;
  /** How often OpenCode has exited by itself. */
  readonly ends: number;
  /** Its last exit code, as a shell gives it. */
  readonly code: number;
  /** The CPU time of the container's processes, in clock ticks. */
  readonly ticks: number;
  readonly does: string;
}

/** Lets the agent's container start OpenCode, with these variables. */
export function beginAgent({ control }: Machine, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
  putInto(control, CONTROL_FILES.start, lines.join(''));
}

/**
 * Ends every process in the agent's container. Waits briefly for the confirmation, on which nothing depends.
 * @returns whether the container confirmed it
 */
export async function endAgent(machine: Machine): Promise<boolean> {
  if (existsSync(join(machine.control, CONTROL_FILES.stop))) return true;
  putInto(machine.control, CONTROL_FILES.stop, '');
  const until = Date.now() + ENDING;
  const begun = existsSync(join(machine.control, CONTROL_FILES.start));
  const isOver = () => !begun || agentStatus(machine)?.does === 'stopped';
  while (Date.now() < until && !isOver()) await sleep(LOOK);
  return isOver();
}

/** Writes the file atomically, because the container may read it at any time. */
function putInto(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.new`), text, { mode: 0o644 });
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

/** The container's status, or undefined if it cannot be read. */
export function agentStatus({ workspace }: Machine): AgentStatus | undefined {
  const [, begins, ends, code, ticks, does = ''] =
    /^(\d{1,9}) (\d{1,9}) (\d{1,3}) (\d{1,15}) (waits|runs|ended|stopped)\n$/.exec(
      readRegular(join(workspace, STATUS_FILE), LONGEST),
    ) ?? [];
  if (begins === undefined) return undefined;
  return { begins: Number(begins), ends: Number(ends), code: Number(code), ticks: Number(ticks), does };
}
