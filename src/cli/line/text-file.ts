import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../../run/problems.js';

/** Largest text file that is read, in bytes. Every task list and prompt is smaller. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Reads a text file. It may come from a branch, as a link to a device or a pipe, so only regular files are read.
 * @param named What messages call it. Default: its path
 * @throws InputError when it cannot be read, is not a regular file, is larger than {@link LARGEST}, or has a NUL
 * character, as UTF-16 has
 */
export function readTextFile(path: string, named = path): string {
  const text = readRegularFile(path, named, LARGEST).toString('utf8');
  if (text.includes('\0')) throw new InputError([`${named} is UTF-16 or not a text; save it as UTF-8`]);
  return text;
}

/**
 * Reads a regular file, or one that a link leads to.
 * @param named What messages call it
 * @param largest in bytes
 * @throws InputError when it cannot be read, is not a regular file, or is larger
 */
export function readRegularFile(path: string, named: string, largest: number): Buffer {
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
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

/** System files may report size 0 and never end, so this stops after so many bytes. */
function wholeOf(file: number, named: string, largest: number): Buffer {
  const buffer = Buffer.alloc(largest + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= largest; length += read) {
    read = readSync(file, buffer, length, buffer.length - length, null);
  }
  if (length > largest) throw new InputError([`${named} does not end; at most ${largest} bytes are allowed`]);
  return buffer.subarray(0, length);
}
