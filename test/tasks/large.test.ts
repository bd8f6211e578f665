import { describe, expect, test } from '@jest/globals';
import { planTasks } from '../../src/tasks/plan.js';
import { readTaskList } from '../../src/tasks/task-list.js';

// A quadratic step takes minutes here, and hits the time limit of the test.
describe('a list of 1 MB', () => {
  const megabyte = (line: (number: number) => string) => {
    const lines: string[] = [];
    for (let size = 0, number = 1; size < 1_000_000; number++) {
      lines.push(line(number));
      size += line(number).length + 1;
    }
    return lines.join('\n');
  };
  test.each([
    ['tasks', megabyte((number) => `- [ ] T${number} [P] [ASYNC] Create src/file${number}.ts`)],
    ['tasks of one file', megabyte((number) => `- [ ] T${number} [P] [ASYNC] Create src/file.ts`)],
    [
      'tasks that each depend on the one before',
      megabyte((number) => `- [ ] T${number} [ASYNC] [P] (depends on T${number - 1})`),
    ],
    [
      'tasks that each depend on the one behind',
      megabyte((number) => `- [ ] T${number} [ASYNC] [P] (depends on T${number + 1})`),
    ],
    [
      'tasks that all close a circle',
      megabyte((number) => `- [ ] T${number} [ASYNC] [P] (depends on T1, T${number + 1})`),
    ],
    [
      'tasks that wait for humans',
      megabyte(
        (number) => `- [ ] T${number} [P] [${number % 2 ? '' : 'A'}SYNC] (needs T${number - 1}, T${number - 2})`,
      ),
    ],
    ['tasks that long ranges wait for', megabyte((number) => `- [ ] T${number} [ASYNC] (blocks T1-T9999)`)],
    ['tasks that name long ranges', megabyte((number) => `- [ ] T${number} [ASYNC] (depends on T1-T9999)`)],
    [
      'lines that order many tasks',
      `${megabyte((number) => `- [ ] T${number}`).slice(0, 9000)}\n${megabyte(() => 'T1-T99 -> T1-T99')}`,
    ],
    ['tasks of one id', megabyte(() => '- [ ] T1 [ASYNC] Do')],
    ['phases of one task', megabyte((number) => `## Phase ${number}\n- [ ] T${number} [ASYNC] Do`)],
    ['lines below one task', `- [ ] T001 Do\n${megabyte(() => '  more in src/a.ts')}`],
    ['deeper and deeper lines', megabyte((number) => `${' '.repeat(number % 700)}- [ ] T${number}`)],
    [
      'globs and files',
      megabyte((number) => `- [ ] T${number} [P] [ASYNC] \`a/b${number}/**\` a/b${number - 1}/c/d.ts`),
    ],
    ['unclosed fences', megabyte((number) => (number % 2 ? '```' : '~~~'))],
    ['not one task', megabyte(() => 'Some words, and no more.')],
  ])(
    'of %s is planned',
    (_, text) => {
      const { tasks } = planTasks(readTaskList(text), { defaultMode: 'async' });
      expect(tasks.length).toBeLessThanOrEqual(text.split('\n').length);
    },
    60_000,
  );

  test.each([
    '[',
    '[a]',
    '`',
    '``',
    '(',
    '{',
    '{a,',
    '*',
    '**',
    '~',
    '#',
    ' ',
    '<!--',
    'T1 ',
    'T1-',
    'depends ',
    'needs ',
    'blocks ',
    'prerequisite:',
    'a/',
    'a.ts,',
    '[a](',
    '`[P]`',
    '(P)',
    '[T1](',
    '***',
    '> ',
    '-',
    ' →',
    'per ',
    '://',
    'a',
    '1',
  ])(
    'of one line of %j is read',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      for (const start of ['- [ ] T001 ', '- [ ] ', '## Phase ', '**Phase ', 'T001 ', '- ', ''])
        readTaskList(`${start}${text}x`);
    },
    60_000,
  );
});
