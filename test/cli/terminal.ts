import { spawnTask } from '../../src/cli/spawn-task.js';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `spawn-task` in this process. */
export async function spawnTaskIn(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await spawnTask(args, {
    env,
    cwd,
    color: false,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
