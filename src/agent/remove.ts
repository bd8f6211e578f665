import { rmSync } from 'node:fs';

/** Removes what the agent may have closed, or put something else in the place of; what stays goes with the pod. */
export function removeIfPossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Neither an outcome nor work is worth it.
  }
}
