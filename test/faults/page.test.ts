import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { PAIRS } from './cases.js';
import { rowStart } from './table.js';

const page = fileURLToPath(new URL('../../docs/reference/faults.md', import.meta.url));

test('docs/reference/faults.md has a row for every fault at every moment of it (npm run faults)', () => {
  const text = readFileSync(page, 'utf8');
  expect(PAIRS.map(rowStart).filter((start) => !text.includes(start))).toEqual([]);
  expect(text.split('\n').filter((line) => line.startsWith('| ')).length).toBe(PAIRS.length + 2);
});

test('docs/reference/faults.md tells of no lost work and no false claim', () => {
  expect(readFileSync(page, 'utf8')).toMatch(/: work lost in 0, false claims in 0; no case ended otherwise/);
});
