/** Letters that HFS+ leaves out of names. @see https://github.com/git/git/blob/master/utf8.c (next_hfs_char) */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * A path as a file system that ignores case may have it: two paths that give the same are one file on macOS or Windows. Upper case
 * comes first, since `ſ` and the sign of Kelvin are letters of ASCII there.
 */
export const folded = (path: string): string =>
  isAscii(path) ? path.toLowerCase() : spelled(path).toUpperCase().toLowerCase().normalize('NFD');

/** A path as a file system that keeps case may have it. */
export const spelled = (path: string): string => path.replace(IGNORED, '').normalize('NFD');

const isAscii = (path: string): boolean => /^[\0-\x7f]*$/.test(path);
