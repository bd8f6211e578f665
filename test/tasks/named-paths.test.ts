import { expect, test } from '@jest/globals';
import { namedPaths } from '../../src/tasks/named-paths.js';

test.each([
  ['Write `.github/workflows/ci.yml`.', '.github/workflows/ci.yml'],
  ['Write ./.envrc: it loads the tools', '.envrc'],
  ['Set up `.vscode`, .devcontainer/ and .husky/pre-commit', '.vscode .devcontainer/ .husky/pre-commit'],
  ['Write `.github/workflows/{a,b}.yml` (and `.gitlab/*.yml`)', '.github/workflows/{a,b}.yml .gitlab/*.yml'],
  ['Change `.envrc` but not `.vscode/`', '.envrc'],
])('"%s" names %s', (text, paths) => {
  const known = (path: string) => /[./]/.test(path);
  expect(namedPaths(text).filter(known).join(' ')).toBe(paths);
});

test.each([
  'Change `../x/.envrc`, `/etc/.envrc`, `a//.envrc` and `.`',
  'Write it per `.envrc`, see .envrc',
  'Never touch `.envrc`; do not change anything in .envrc; keep it without .envrc',
  'Run `source .envrc`',
])('"%s" names no .envrc', (text) => {
  expect(namedPaths(text).filter((path) => path.includes('.envrc'))).toEqual([]);
});
