import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a command is given beside its arguments. */
export interface Around {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** Default: without colours. */
  readonly color?: boolean;
}

/** Runs a command in this process. */
export async function runIn(
  command: (args: readonly string[], terminal: Terminal) => Promise<number>,
  args: readonly string[],
  { env = {}, ...around }: Around,
): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command(args, {
    color: false,
    ...around,
    env,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Runs `spawn-task` in this process. */
export const spawnTaskIn = (
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => runIn(spawnTask, args, { cwd, env });
