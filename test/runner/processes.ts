import { readFileSync } from 'node:fs';

/** The command line of a process; '' for one that has ended, also where nobody has waited for it yet. */
export function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
