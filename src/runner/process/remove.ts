import { rmSync } from 'node:fs';

/** Removes a path if possible. The agent may have made that impossible; the rest disappears with the pod. */
export function removeIfPossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A leftover is no reason to fail the run or to lose work.
  }
}
