import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { countOf, PROTECTIONS } from '../tools/protections/table.js';

const project = fileURLToPath(new URL('..', import.meta.url));

test('every protection has a name of its own', () => {
  const names = PROTECTIONS.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
test('the tests that a protection names by a pattern exist', () => {
  // A title may have a row of its table in it, behind a colon.
  const parts = (only = '') => only.split(/\||: /).map((part) => new RegExp(part, 'i'));
  const wrong = PROTECTIONS.filter(
    ({ test, only }) => !parts(only).every((part) => part.test(readFileSync(join(project, test), 'utf8'))),
  );
  expect(wrong).toEqual([]);
});
test('the text of every protection stands once in its file, and its tests are there', () => {
  const wrong = PROTECTIONS.filter(
    ({ file, text, test }) =>
      countOf(readFileSync(join(project, file), 'utf8'), text) !== 1 || !existsSync(join(project, test)),
  );
  expect(wrong).toEqual([]);
});
