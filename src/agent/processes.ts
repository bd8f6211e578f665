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

/**
 * What all processes with a mark, and those that they started without it, have used of the CPU, in clock ticks (1/100 s).
 * One that ends takes its share with it.
 */
export function cpuTicks(mark: string): number {
  const all = pids().map((pid) => ({ pid, ...stat(pid) }));
  const counted = new Set(marked(mark));
  for (let before = -1; before < counted.size; ) {
    before = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  return all.filter(({ pid }) => counted.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function stat(pid: number): { parent: number; ticks: number } {
  // The name, in brackets, may hold blanks: the parent is the 2nd field after it, user and system time the 12th and 13th.
  const fields = read(`/proc/${pid}/stat`).split(') ').pop()?.split(' ').map(Number) ?? [];
  return { parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) };
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
