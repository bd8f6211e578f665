import type { Options } from './options.js';

/** A command for a user to copy; a shell takes each word as it is. */
export const commandLine = (...words: readonly string[]): string => words.map(quoted).join(' ');

/** These flags as words, where the user gave them. */
export function givenAgain(flags: Options['flags'], names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = flags[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
  });
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
