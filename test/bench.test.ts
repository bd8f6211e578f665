import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const bench = fileURLToPath(new URL('../bench/main.js', import.meta.url));

test.each(['--rounds', 'everything'])('the bench refuses %s and names its parts', (word) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bench, 'spawn', word], { encoding: 'utf8' });
  expect(stderr).toBe(
    `bench: "${word}" is no part of the bench; the parts are start, dry-run, chart, synth, spawn, spawn-many, ` +
      'first-line, logs, clone, run\n',
  );
  expect([status, stdout]).toEqual([2, '']);
});
