import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../run/problems.js';

/** Larger than any task list or prompt, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/**
 * A text that the user has written, or that a branch brought: a link may lead to a device or a pipe.
 * @param named What messages call it. Default: its path
 * @throws InputError when it cannot be read, is no regular file, is larger than {@link LARGEST}, or is in an encoding of two bytes a letter
 */
export function readTextFile(path: string, named = path): string {
  const text = readRegularFile(path, named, LARGEST).toString('utf8');
  if (text.includes('\0')) throw new InputError([`${named} is not UTF-8, but UTF-16 or no text: save it as UTF-8`]);
  return text;
}

/**
 * A regular file, which a link may lead to.
 * @param named What messages call it
 * @param largest in bytes
 * @throws InputError when it cannot be read, is no regular file, or is larger
 */
export function readRegularFile(path: string, named: string, largest: number): Buffer {
  let file: number | undefined;
  try {
    // A pipe that nobody writes to would be waited for.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new InputError([`${named} is not a regular file; give a text file`]);
    if (stat.size > largest)
      throw new InputError([`${named} is ${stat.size} bytes large; at most ${largest} are allowed`]);
    return wholeOf(file, named, largest);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError([`${named} cannot be read: ${(error as NodeJS.ErrnoException).code}`]);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Files of the system may have no size and no end. */
function wholeOf(file: number, named: string, largest: number): Buffer {
  const buffer = Buffer.alloc(largest + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= largest; length += read) {
    read = readSync(file, buffer, length, buffer.length - length, null);
  }
  if (length > largest) throw new InputError([`${named} has no end in sight; at most ${largest} bytes are allowed`]);
  return buffer.subarray(0, length);
}
