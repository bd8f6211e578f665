import { parseDuration } from '../run/age.js';
import { InputError } from '../run/problems.js';

/** What a timer takes at most, in milliseconds; what is longer, it takes for nothing at all. */
const LONGEST = 2 ** 31 - 1;

/**
 * `--timeout` in milliseconds.
 * @throws InputError when it is no duration
 */
export function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== undefined && timeout <= LONGEST) return timeout;
  throw new InputError([`--timeout "${text}" is no duration of at most 24d, like 90s, 30m or 1h30m`]);
}
