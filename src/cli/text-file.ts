import { readFileSync } from 'node:fs';
import { InputError } from '../run/problems.js';

/**
 * A text that the user has written.
 * @param named What messages call it. Default: its path
 * @throws InputError when it cannot be read, or is in an encoding of two bytes a letter
 */
export function readTextFile(path: string, named = path): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError([`${named} cannot be read: ${(error as NodeJS.ErrnoException).code}`]);
  }
  if (text.includes('\0')) throw new InputError([`${named} is not UTF-8, but UTF-16 or no text: save it as UTF-8`]);
  return text;
}
