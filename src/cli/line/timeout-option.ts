import { parseDuration } from '../../run/age.js';
import { InputError } from '../../run/problems.js';

/** Longest delay of a Node timer, in milliseconds. With a longer one, the timer fires at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * `--timeout` in milliseconds.
 * @throws InputError when it is not a duration, or too long
 */
export function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== undefined && timeout <= LONGEST) return timeout;
  throw new InputError([`--timeout "${text}" is not a duration of at most 24d, like 90s, 30m or 1h30m`]);
}
