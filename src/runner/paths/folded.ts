/** Characters that HFS+ ignores in names. @see https://github.com/git/git/blob/master/utf8.c (next_hfs_char) */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Folds a path like a file system that ignores case: two paths with the same result may be one file on macOS or
 * Windows. Upper case comes first, since such file systems treat `ſ` and the Kelvin sign as ASCII letters.
 */
export const folded = (path: string): string =>
  isAscii(path) ? path.toLowerCase() : spelled(path).toUpperCase().toLowerCase().normalize('NFD');

/** Normalizes a path like a file system that distinguishes case. */
export const spelled = (path: string): string => path.replace(IGNORED, '').normalize('NFD');

const isAscii = (path: string): boolean => /^[\0-\x7f]*$/.test(path);
