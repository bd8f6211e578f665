/** A pattern for characters that may interrupt a secret, and the secrets without them. */
export interface Gaps {
  readonly pattern: RegExp;
  readonly without: (secrets: readonly string[]) => string[];
}

/** @param shortest the shortest secret that is searched for in this way, in characters without gaps */
export const gaps = (pattern: RegExp, shortest: number): Gaps => ({
  pattern,
  without: (secrets) => secrets.map((secret) => secret.replace(pattern, '')).filter(({ length }) => length >= shortest),
});

/**
 * Shorter secrets are not searched for across gaps, in characters: `git-hub` would match each `git hub`. A secret may
 * contain such characters itself, so both sides are compared without them.
 */
const SHORTEST = 12;

/**
 * Characters between the parts of a secret that is split over lines, comments, list items, quotations or literals, like
 * `"ab" + "cd"`, `# ab` above `# cd` and `a'b'c`; or between its letters, like NUL in UTF-16. JSON writes some of them
 * with a letter, like `\n`. A shell would treat that letter as a part of the secret, so there is a second pattern
 * without it.
 */
export const BETWEEN_PARTS = [
  gaps(/(?:\\(?:[nrt]|u0000)|[\s\0\-*#/>+"'`,\\])+/g, SHORTEST),
  gaps(/[\s\0\-*#/>+"'`,\\]+/g, SHORTEST),
];

/** The beginning of an escape whose rest may be in the next part of a text. */
export const UNFINISHED = /\\(?:u0{0,3})?$/;
