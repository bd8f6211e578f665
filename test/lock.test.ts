import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { isUnchecked } from '../tools/lock.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean; version?: string }>;
};

test('npm checks every package that it installs, on each platform (npm run lock)', () => {
  expect(Object.keys(packages).length).toBeGreaterThan(300);
  expect(Object.entries(packages).filter(([path, entry]) => isUnchecked(path, entry))).toEqual([]);
});
test('an entry without integrity, or with a weak one, is one that npm does not check', () => {
  const integrity = `sha512-${'A'.repeat(86)}==`;
  const unchecked = [{}, { integrity: 'sha1-AAAA' }, { integrity }, { link: true }, { inBundle: true }];
  expect(unchecked.map((entry) => isUnchecked('node_modules/a', entry))).toEqual([true, true, false, false, false]);
  expect(isUnchecked('docker/image', {})).toBe(false);
});
