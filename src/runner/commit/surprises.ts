import { type Changed, printable } from '../git/changed.js';

/** Kinds of new files that rarely belong in a commit, with patterns for their paths. */
const KINDS: readonly (readonly [what: string, path: RegExp])[] = [
  ['settings that may hold a secret', /(^|\/)\.env(\.(?!example$|sample$|template$|dist$|defaults?$|schema$)[^/]*)?$/],
  ['installed packages', /(^|\/)node_modules\//],
  ['a virtual environment', /(^|\/)(\.?venv|virtualenv)\/|(^|\/)pyvenv\.cfg$/],
  ['compiled Python', /(^|\/)__pycache__\/|\.pyc$/],
  ['a core dump', /(^|\/)core(\.\d+)?$/],
];

/** A line for each kind of surprising file that a commit adds. The commit is delivered all the same. */
export function surprisesIn(changed: readonly Changed[]): string[] {
  const added = changed.filter(({ before, after }) => after && !before).map(({ path }) => path);
  return KINDS.flatMap(([what, pattern]) => {
    const [first, ...more] = added.filter((path) => pattern.test(path));
    if (first === undefined) return [];
    return [`look at ${printable(first)}${more.length > 0 ? ` and ${more.length} more` : ''}: ${what}`];
  });
}
