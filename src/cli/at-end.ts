const steps = new Set<() => void>();
let listens = false;

/** Has something done when the command ends, however that is, but for a kill. */
export function atEnd(step: () => void): void {
  steps.add(step);
  if (!listens) process.once('exit', end);
  listens = true;
}

/** A command has ended. */
export function end(): void {
  for (const step of steps) step();
  steps.clear();
}
