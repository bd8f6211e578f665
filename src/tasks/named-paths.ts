import { wordsIn } from './files.js';

/** "without touching `.github/`", "do not change anything in `.vscode`": at most three words between. */
const NEGATED = /(?:\b(?:not|never|without|except|avoid|avoiding)|n['’]t)\s+(?:[\w-]+\s+){0,3}$/i;
/** Longer than any path of a repository. */
const LONGEST = 255;

/**
 * What a text names as it would name a path to change: paths, folders and globs inside the repository, as written. More than
 * {@link filesIn} gives, since a name like `OWNERS` is one, too; nothing that leads out of the repository, and nothing that the
 * text says not to touch.
 */
export function namedPaths(text: string): string[] {
  const found = new Set<string>();
  for (const { word, before } of wordsIn(text)) {
    const path = word.replace(/[:;]+$/, '').replace(/^(?:\.\/)+(?=.)/, '');
    if (isInside(path) && !NEGATED.test(before)) found.add(path);
  }
  return [...found];
}

function isInside(path: string): boolean {
  if (path === '' || path.length > LONGEST || /[\s\\]/.test(path)) return false;
  return path
    .replace(/\/$/, '')
    .split('/')
    .every((name) => !['', '.', '..'].includes(name));
}
