const steps = new Set<() => void>();
let listens = false;

/** Runs a step when the command ends, in any way except a kill. */
export function atEnd(step: () => void): void {
  steps.add(step);
  if (!listens) process.once('exit', end);
  listens = true;
}

/** The command has ended: runs the steps. */
export function end(): void {
  for (const step of steps) step();
  steps.clear();
}
