import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { GITHUB_RANGES } from '../src/constructs/github-ranges.js';
import { rangesOf, source } from '../tools/github-ranges.js';

const file = fileURLToPath(new URL('../src/constructs/github-ranges.ts', import.meta.url));

test('the ranges are sorted, each once, and none inside of another', () => {
  const git = ['203.0.113.0/24', '198.51.100.9/32', '2001:db8::/32', '198.51.100.9/32'];
  const api = ['203.0.113.7/32', '198.51.100.10/32', '2001:db8:1::/48'];
  expect(rangesOf({ git, api })).toEqual(['198.51.100.9/32', '198.51.100.10/32', '203.0.113.0/24', '2001:db8::/32']);
});

test('the committed file is what the tool writes, and says from when it is', () => {
  expect(readFileSync(file, 'utf8')).toBe(source(GITHUB_RANGES.asOf, [...GITHUB_RANGES.cidrs]));
  expect(GITHUB_RANGES.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  const families = GITHUB_RANGES.cidrs.map((cidr) => isIP(cidr.split('/')[0] ?? ''));
  expect(new Set(families)).toEqual(new Set([4, 6]));
});

test.each([
  ['no lists', {}],
  ['a range that is everything', { git: ['0.0.0.0/0'], api: [] }],
  ['no address', { git: ['github.com'], api: [] }],
])('an answer with %s is refused, and nothing is written', (_, answer) => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-ranges-'));
  try {
    const before = readFileSync(file, 'utf8');
    writeFileSync(join(folder, 'meta.json'), JSON.stringify(answer));
    const tool = fileURLToPath(new URL('../tools/github-ranges.js', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [tool, join(folder, 'meta.json')], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('nothing was written')]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
