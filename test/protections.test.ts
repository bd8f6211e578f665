import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { countOf, PROTECTIONS, rowStart } from '../tools/protections/table.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(project, 'docs/protections.md'), 'utf8');

test('every protection has a name of its own', () => {
  const names = PROTECTIONS.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
test('the text of every protection stands once in its file, and its tests are there', () => {
  const wrong = PROTECTIONS.filter(
    ({ file, text, test }) =>
      countOf(readFileSync(join(project, file), 'utf8'), text) !== 1 || !existsSync(join(project, test)),
  );
  expect(wrong).toEqual([]);
});
test('docs/protections.md has a row for every protection, and a test that failed without it (npm run protections)', () => {
  const rows = page.split('\n').filter((line) => /^\| .* \| `/.test(line));
  expect(PROTECTIONS.map(rowStart).filter((start) => !rows.some((row) => row.startsWith(start)))).toEqual([]);
  expect(rows.length).toBe(PROTECTIONS.length);
  expect(page).not.toContain('NOT NOTICED');
});
