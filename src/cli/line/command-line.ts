import { shellQuote } from '../../run/shell-quote.js';

/** A command for the user to paste into a shell: words are quoted where they need it. */
export const commandLine = (...words: readonly string[]): string => words.map(quoted).join(' ');

/** The flags of these names as words of a command line. Flags that are not set are left out. */
export function givenAgain<K extends string>(
  flags: Readonly<Record<K, string | boolean | undefined>>,
  names: readonly K[],
): string[] {
  return names.flatMap((name) => {
    const value: string | boolean | undefined = flags[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
  });
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word));
