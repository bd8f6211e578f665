import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { plan } from '../../src/cli/commands/plan.js';
import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import { readTextFile } from '../../src/cli/line/text-file.js';
import { runIn } from './terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 1024 * 1024;
const NO_TEXTS: readonly [what: string, make: (path: string) => void, why: RegExp][] = [
  ['a device without end', (path) => symlinkSync('/dev/zero', path), /is not a regular file; give a text file/],
  ['a terminal', (path) => symlinkSync('/dev/tty', path), /is not a regular file|cannot be read: ENXIO/],
  ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path]), /is not a regular file/],
  [
    'a file of the system without end',
    (path) => symlinkSync('/proc/self/pagemap', path),
    /does not end|cannot be read: EINVAL/,
  ],
  ['a folder', (path) => mkdirSync(path), /is not a regular file/],
  ['a link to nothing', (path) => symlinkSync('nowhere', path), /cannot be read: ENOENT/],
  ['a link to itself', (path) => symlinkSync('itself', path), /cannot be read: ELOOP|ENOENT/],
  [
    'a file of many megabytes',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 4 * MIB + 1);
    },
    /is 4194305 bytes large; at most 4194304 are allowed/,
  ],
];

describe.each(NO_TEXTS)('%s', (what, make, why) => {
  const file = (name: string) => {
    const path = join(folder, what.replaceAll(' ', '-'), name);
    mkdirSync(join(path, '..'), { recursive: true });
    make(path);
    return path;
  };
  test('is refused in one line', () => expect(() => readTextFile(file('text'))).toThrow(why));
  test('is refused as the task list of plan', async () => {
    const { code, err } = await runIn(plan, [file('tasks.md')], { cwd: folder });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^agent-runner plan: .*(tasks\.md|\/dev\/|\/proc\/)|does not exist/),
    ]);
  });
  test('is refused beside the task list', async () => {
    file('feature/tasks_meta.json');
    writeFileSync(join(folder, what.replaceAll(' ', '-'), 'feature/tasks.md'), '- [ ] T001 [ASYNC] One\n');
    const { err } = await runIn(plan, [join(folder, what.replaceAll(' ', '-'), 'feature')], { cwd: folder });
    expect(err.split('\n').length).toBeLessThan(3);
  });
  test('is refused as a prompt', async () => {
    const { code, err } = await runIn(
      spawnTask,
      ['T001', 'x', 'https://github.com/o/n', '--prompt-file', file('prompt')],
      {
        cwd: folder,
      },
    );
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
  });
});

test('a text is read as it is, also behind a link', () => {
  writeFileSync(join(folder, 'text.md'), 'é\n');
  symlinkSync('text.md', join(folder, 'link.md'));
  expect(readTextFile(join(folder, 'link.md'))).toBe('é\n');
});
