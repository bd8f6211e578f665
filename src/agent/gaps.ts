/** A pattern of what may stand within a secret, and what secrets are without it. */
export interface Gaps {
  readonly pattern: RegExp;
  readonly without: (secrets: readonly string[]) => string[];
}

/** @param shortest fewest characters, without gaps, of a secret that is looked for in this way */
export const gaps = (pattern: RegExp, shortest: number): Gaps => ({
  pattern,
  without: (secrets) => secrets.map((secret) => secret.replace(pattern, '')).filter(({ length }) => length >= shortest),
});

/**
 * Shorter secrets are not looked for without such signs, in characters: `git-hub` would be torn out of each `git hub`.
 * A secret may have such signs itself, so that both are compared without them.
 */
const SHORTEST = 12;

/**
 * What stands between the parts of a secret that is broken over lines, comments, list items, quotations or literals, as in
 * `"ab" + "cd"`, in `# ab` above `# cd` and in `a'b'c`; or between its letters, as NUL does in UTF-16. JSON writes some of them
 * with a letter, which a shell takes for a letter of the secret.
 */
export const BETWEEN_PARTS = [
  gaps(/(?:\\(?:[nrt]|u0000)|[\s\0\-*#/>+"'`,\\])+/g, SHORTEST),
  gaps(/[\s\0\-*#/>+"'`,\\]+/g, SHORTEST),
];

/** What may go on as one of them in the next part of a text. */
export const UNFINISHED = /\\(?:u0{0,3})?$/;
