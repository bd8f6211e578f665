import { describe, expect, test } from '@jest/globals';
import { type PlanOptions, planTasks } from '../../src/tasks/plan.js';
import { readTaskList } from '../../src/tasks/task-list.js';

const plan = (lines: readonly string[], options?: PlanOptions) => planTasks(readTaskList(lines.join('\n')), options);
const waves = (...lines: string[]) => plan(lines).waves.map(({ tasks }) => tasks.join(' '));
const stops = (...lines: string[]) => plan(lines).waves.map(({ stops }) => stops.join(' '));
const warnings = (...lines: string[]) => plan(lines).warnings.map(({ line, message }) => `${line}: ${message}`);
const task = (id: string, rest = '', box = ' ') => `- [${box}] ${id} ${rest.includes('SYNC') ? '' : '[ASYNC] '}${rest}`;

describe('the waves', () => {
  test('keep the order of tasks that are not [P]', () => {
    expect(waves(task('T001'), task('T002'), task('T003'))).toEqual(['T001', 'T002', 'T003']);
  });
  test('have a run of [P] tasks together', () => {
    expect(waves(task('T001'), task('T002', '[P]'), task('T003', '[P]'), task('T004'), task('T005', '[P]'))).toEqual([
      ...['T001', 'T002 T003', 'T004', 'T005'],
    ]);
  });
  test('never cross a phase', () => {
    expect(waves('## Phase 1: A', task('T001', '[P]'), '## Phase 2: B', task('T002', '[P]'))).toEqual(['T001', 'T002']);
  });
  test('leave out what is done, set aside or SYNC', () => {
    const lines = [task('T001', '[P]', 'x'), task('T002', '[P]'), task('T003', '[P]', '-'), task('T004', '[P] [SYNC]')];
    expect(waves(...lines, task('T005', '[P] ~~Do~~ — REMOVED'), task('T006', '[P]'))).toEqual(['T002 T006']);
  });
  test.each([
    ['the same file', 'src/a.ts', 'src/a.ts'],
    ['the same file, written otherwise', '`./src/a.ts`', 'src/a.ts'],
    ['a file of a brace set', '`src/{a,b}.ts`', 'src/b.ts'],
    ['a file below a glob', '`src/**/*.ts`', 'src/deep/a.ts'],
    ['a glob below a glob', '`src/*.ts`', '`src/deep/*.ts`'],
    ['a glob above a glob', '`src/deep/*.ts`', '`src/**/*.ts`'],
    ['a glob above a file', 'src/deep/a.ts', '`src/**`'],
  ])('have no two tasks that name %s', (_, one, two) => {
    const lines = [task('T001', `[P] Do ${one}`), task('T002', `[P] Do ${two}`), task('T003', '[P] Do lib/other.py')];
    const [first = '', second = '', ...more] = waves(...lines);
    expect([first.split(' ')[0], second.split(' ')[0], more]).toEqual(['T001', 'T002', []]);
    expect(warnings(...lines)[0]).toMatch(/^2: T002 is marked \[P\] and names .*, as T001 does/);
  });
  test.each([
    ['two files of a folder', 'src/a.ts', 'src/b.ts'],
    ['two files of a brace set', '`src/{a,b}.ts`', 'src/c.ts'],
    ['the same folder', 'src/models/', 'src/models/'],
    ['a document that both go by', 'Do per data-model.md', 'Do see data-model.md'],
  ])('may have tasks together that name %s', (_, one, two) => {
    expect(waves(task('T001', `[P] Do ${one}`), task('T002', `[P] Do ${two}`))).toEqual(['T001 T002']);
  });
  test('let what shares nothing run with the first', () => {
    expect(waves(task('T001', '[P] a.ts'), task('T002', '[P] a.ts'), task('T003', '[P] b.ts'))).toEqual([
      'T001 T003',
      'T002',
    ]);
  });
  test('have a task behind those that it depends on, wherever they stand', () => {
    expect(waves(task('T001', '[P]'), task('T002', '[P] Do (depends on T001)'), task('T003', '[P]'))).toEqual([
      ...['T001 T003', 'T002'],
    ]);
    expect(waves(task('T001', '[P] Do (depends on T003)'), task('T002', '[P]'), task('T003', '[P]'))).toEqual([
      ...['T003 T002', 'T001'],
    ]);
    expect(waves(task('T001', 'Do (depends on T002)'), task('T002'))).toEqual(['T002', 'T001']);
  });
  test('count done tasks as satisfied', () => {
    expect(waves(task('T001', '[P]', 'x'), task('T002', '[P] Do (depends on T001)'), task('T003', '[P]'))).toEqual([
      'T002 T003',
    ]);
  });
  test('follow a dependency through a task that a human does', () => {
    const lines = [
      task('T001', '[P]'),
      task('T002', '[P] [SYNC] Do (depends on T001)'),
      task('T003', '[P] Do (depends on T002)'),
    ];
    expect(waves(...lines)).toEqual(['T001', 'T003']);
    expect(stops(...lines)).toEqual(['', 'T002']);
  });
  test('have the first of two tasks with one id alone', () => {
    expect(waves(task('T001'), task('T001'), task('T002', '', 'x'), task('T002'))).toEqual(['T001']);
  });
});

describe('an open SYNC task', () => {
  const lines = ['## Phase 1', task('T001', '[SYNC]'), task('T002', '[P]'), '## Phase 2', task('T003'), task('T004')];
  test('stops the waves of later phases, and is named once', () => {
    expect(waves(...lines)).toEqual(['T002', 'T003', 'T004']);
    expect(stops(...lines)).toEqual(['', 'T001', '']);
  });
  test('stops nothing when it is done or set aside', () => {
    const ended = (box: string) => stops('## Phase 1', task('T001', '[SYNC]', box), '## Phase 2', task('T003'));
    expect([ended('x'), ended('-')]).toEqual([[''], ['']]);
  });
  test('is one as well where nothing says who does it', () => {
    expect(stops('## Phase 1', '- [ ] T001 Do', '## Phase 2', task('T002'))).toEqual(['T001']);
  });
  test('stops those of its own phase that depend on it, behind their siblings', () => {
    const same = [
      task('T001', '[SYNC]'),
      task('T002', '[P] Do (depends on T001)'),
      task('T003', '[P]'),
      task('T004', '[P] (needs T002)'),
    ];
    expect(waves(...same)).toEqual(['T003', 'T002', 'T004']);
    expect(stops(...same)).toEqual(['', 'T001', '']);
  });
});

describe('who does a task', () => {
  const lines = ['- [ ] T001 [ASYNC] a', '- [ ] T002 [SYNC] b', '- [ ] T003 c', '- [ ] T004 [SYNC] [ASYNC] d'];
  const modes = (options?: PlanOptions) =>
    plan(lines, options).tasks.map(({ mode, assigned }) => `${mode} ${assigned}`);
  test('is a human, where nothing says it', () => {
    expect(modes()).toEqual(['ASYNC ASYNC', 'SYNC SYNC', 'null SYNC', 'null SYNC']);
  });
  test('may be a pod by default, but not of a task that is marked both ways', () => {
    expect(modes({ defaultMode: 'async' })).toEqual(['ASYNC ASYNC', 'SYNC SYNC', 'null ASYNC', 'null SYNC']);
  });
  test('is said by tasks_meta.json where there is no marker, before the default', () => {
    const metaModes = new Map((['T001', 'T003', 'T004'] as const).map((id) => [id, 'ASYNC' as const]));
    expect(modes({ metaModes })).toEqual(['ASYNC ASYNC', 'SYNC SYNC', 'ASYNC ASYNC', 'null SYNC']);
    const sync = new Map([['T003', 'SYNC' as const]]);
    expect(modes({ metaModes: sync, defaultMode: 'async' })[2]).toBe('SYNC SYNC');
  });
  test('is said by the marker where tasks_meta.json contradicts, with a warning', () => {
    const { tasks, warnings } = plan(lines, { metaModes: new Map([['T001', 'SYNC']]) });
    expect(tasks[0]?.assigned).toBe('ASYNC');
    expect(warnings[0]).toEqual({
      line: 1,
      message: 'T001 is SYNC in tasks_meta.json; its marker [ASYNC] counts: correct one of them',
    });
  });
  test.each([
    ['Research caching', 'ASYNC'],
    ['Write tests', 'ASYNC'],
    ['Change a.ts b.ts c.ts', 'ASYNC'],
    ['Change a.ts b.ts', 'SYNC'],
    ['Fetch the latest explanation', 'SYNC'],
  ])('is guessed of "%s" as %s, if a guess is wanted', (description, mode) => {
    const { tasks } = plan([`- [ ] T001 ${description}`], { defaultMode: 'heuristic' });
    expect([tasks[0]?.mode, tasks[0]?.assigned]).toEqual([null, mode]);
  });
});

describe('a warning says', () => {
  test.each([
    [
      'that a dependency stands below',
      ['2: T001 depends on T002, which stands below it: it runs after it'],
      [task('T001', '(depends on T002)'), task('T002')],
    ],
    [
      'that dependencies go in a circle',
      [
        '2: T001 depends on T002, which stands below it: it runs after it',
        '3: dependencies go in a circle (T001 → T002 → T001), so T002 does not wait for T001: correct one',
      ],
      [task('T001', '(depends on T002)'), task('T002', '(depends on T001)')],
    ],
    [
      'that a pod does not wait for a human who changes the same file',
      [
        '3: T002 names src/a.ts, as T001 does, which is yours, and does not wait for it: write "(depends on T001)" if it must',
      ],
      [task('T001', '[SYNC] Do src/a.ts'), task('T002', 'Do src/a.ts'), task('T003', 'Do src/a.ts (depends on T001)')],
    ],
    [
      'that a dependency is of a later phase',
      ['2: T001 depends on T002 of the later phase 2, and does not wait for it: move one of them'],
      [task('T001', '(depends on T002)'), '## Phase 2', task('T002')],
    ],
  ])('%s', (_, expected, lines) => expect(warnings('## Phase 1', ...lines)).toEqual(expected));

  test('nothing of a list as spec-kit writes it', () => {
    expect(
      warnings('## Phase 1: Setup', '- [x] T001 [SYNC] Create', '- [ ] T002 [P] [ASYNC] [US1] Do (depends on T001)'),
    ).toEqual([]);
  });
});
