import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { processLimit } from '../../src/runner/process/process-limit.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agent-runner-processes-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

test.each(['sys/fs/cgroup/pids.max', 'sys/fs/cgroup/pids/pids.max'])('a limit is told, from %s', (file) => {
  put(file, '1024\n');
  expect(processLimit(root)).toBe('the container may have 1024 processes');
});
test('where there is none, the note says what to set, and that it may be set', () => {
  put('sys/fs/cgroup/pids.max', 'max\n');
  expect(processLimit(root)).toMatch(
    /^the container has no limit of processes: set podPidsLimit .* not visible from here/,
  );
});
test('where no cgroup tells, the note says so', () => {
  expect(processLimit(root)).toBe('the limit of processes cannot be read');
});
