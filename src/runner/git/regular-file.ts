import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

/**
 * The text of a file that the agent may have put there, or '' if it is not a regular file. Links are not followed, and
 * a pipe does not block.
 * @param most the most bytes to read. Default: all
 */
export function readRegular(path: string, most?: number): string {
  try {
    const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    try {
      if (!fstatSync(file).isFile()) return '';
      if (most === undefined) return readFileSync(file, 'utf8');
      const bytes = Buffer.alloc(most);
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
