import { readdirSync, readFileSync } from 'node:fs';

/** The variable that every process inherits which OpenCode or a tool of it starts, in whatever session. */
export const MARK = 'AGENT_RUNNER_MARK';

/** Processes that carry a mark. Where there is no /proc, none is found. */
function marked(mark: string): number[] {
  const entry = `${MARK}=${mark}`;
  return pids().filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(entry));
}

/** Ends every process that carries a mark, also those that start while others are ended. */
export function endMarked(mark: string): void {
  for (let round = 0; round < 10; round++) {
    const found = marked(mark);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }
}

/**
 * Ends every other process of the pod, also those that took the mark off. Only where the machine is the pod's own: there
 * its first process is what started us.
 */
export function endOthers(): void {
  const script = process.argv[1];
  if (process.ppid !== 1 || !script || !read('/proc/1/cmdline').split('\0').includes(script)) return;
  try {
    // All that we may signal, but neither the first process nor ourselves.
    process.kill(-1, 'SIGKILL');
  } catch {
    // There is none.
  }
}

/** What all processes with a mark have used of the CPU, in clock ticks (1/100 s). One that ends takes its share with it. */
export function cpuTicks(mark: string): number {
  return marked(mark)
    .map((pid) => {
      // The name, in brackets, may hold blanks: user and system time are the 12th and 13th field after it.
      const fields = read(`/proc/${pid}/stat`).split(') ').pop()?.split(' ') ?? [];
      return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    })
    .reduce((sum, ticks) => sum + ticks, 0);
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
