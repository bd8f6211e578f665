import { describe, expect, test } from '@jest/globals';
import { parseTasks, type Task } from '../../src/tasks/task-list.js';
import { randomTexts } from '../run/fixtures.js';

const ids = (markdown: string) => parseTasks(markdown).map(({ id }) => id);
const only = (markdown: string): Task | undefined => {
  const tasks = parseTasks(markdown);
  return tasks.length === 1 ? tasks[0] : undefined;
};

describe('parseTasks', () => {
  test('reads a list as spec-kit writes it', () => {
    const markdown = [
      '# Tasks: Login',
      '',
      '## Phase 1: Setup',
      '- [X] T001 [SYNC] Create the project',
      '## Phase 2: Models [ASYNC/optional]',
      '- [ ] T002 [P] [ASYNC] [US1] Create User in src/models/user.ts',
    ];
    expect(parseTasks(markdown.join('\n'))).toEqual([
      {
        id: 'T001',
        mode: 'SYNC',
        done: true,
        setAside: false,
        parallel: false,
        phase: 1,
        story: null,
        labels: ['SYNC'],
        files: [],
        dependsOn: [],
        description: 'Create the project',
        text: '- [X] T001 [SYNC] Create the project',
        line: 4,
      },
      {
        id: 'T002',
        mode: 'ASYNC',
        done: false,
        setAside: false,
        parallel: true,
        phase: 2,
        story: 'US1',
        labels: ['P', 'ASYNC', 'US1'],
        files: ['src/models/user.ts'],
        dependsOn: [],
        description: 'Create User in src/models/user.ts',
        text: '- [ ] T002 [P] [ASYNC] [US1] Create User in src/models/user.ts',
        line: 6,
      },
    ]);
  });

  test.each([
    ['[P] [ASYNC] [US1] ', 'ASYNC', true],
    ['[ASYNC] [P] ', 'ASYNC', true],
    ['[US1] [ASYNC] ', 'ASYNC', false],
    ['[P][US1][ASYNC] ', 'ASYNC', true],
    ['[P] [SYNC] [US1] ', 'SYNC', true],
    ['[SYNC] [US1][US2][US3] ', 'SYNC', false],
    ['[ASYNC]', 'ASYNC', false],
    ['[async] [p] ', 'ASYNC', true],
    ['[ ASYNC ] ', 'ASYNC', false],
    ['[P1] [Risk: Medium] [Story: US1] [ASYNC] ', 'ASYNC', false],
    ['[FR-001] [PRD: 2.1] [P] ', null, true],
    ['[US1+US2] ', null, false],
    ['[RISK] ', null, false],
    ['[SYNC/ASYNC] ', null, false],
    ['[SYNC] [ASYNC] ', null, false],
    ['', null, false],
    ['[P, ASYNC] ', 'ASYNC', true],
    ['[P; ASYNC; US2] ', 'ASYNC', true],
    ['[P ASYNC]', 'ASYNC', true],
    ['(ASYNC) ', 'ASYNC', false],
    ['[P] (ASYNC) ', 'ASYNC', true],
    ['(P, SYNC) ', 'SYNC', true],
    ['`[P]` `[ASYNC]` ', 'ASYNC', true],
    ['`[P] [ASYNC]` ', 'ASYNC', true],
    ['**[P]** _[SYNC]_ ', 'SYNC', true],
    ['[P/ASYNC] ', null, false],
  ])('reads the markers "%s" as mode %s and parallel %s', (markers, mode, parallel) => {
    expect(only(`- [ ] T001 ${markers}Do [ASYNC] work [P]`)).toMatchObject({
      ...{ id: 'T001', mode, parallel, description: 'Do [ASYNC] work [P]' },
    });
  });

  test.each([
    ['- [ ] T1 Do', 'T1'],
    ['- [ ] T002a Do', 'T002a'],
    ['- [ ] T-001 Do', 'T-001'],
    ['- [ ] T_001 Do', 'T_001'],
    ['- [ ] TR01 Do', 'TR01'],
    ['- [ ] TDD-001 Do', 'TDD-001'],
    ['- [ ] TDD-R01 [RISK] Do', 'TDD-R01'],
    ['- [ ] task-001 Do', 'task-001'],
    ['- [ ] Task-7 Do', 'Task-7'],
    ['- [ ] T001: Do', 'T001'],
    ['- [ ] **T014** Do', 'T014'],
    ['- [ ] **T014**: Do', 'T014'],
    ['- [ ] **T014** [P] Do', 'T014'],
    ['- [ ] T001[P] Do', 'T001'],
    ['* [ ] T001 Do', 'T001'],
    ['    - [ ] T001 Do', 'T001'],
    ['\t* [ ] T001 Do', 'T001'],
    ['-   [ ]   T001   Do   ', 'T001'],
    ['- [ ] - [ ] T001 Do', 'T001'],
    ['- [ ] ~~T001 Do', 'T001'],
    ['- [ ] [T001] Do', 'T001'],
    ['- [ ] [T001][P] Do', 'T001'],
    ['- [ ] **[T001]**: Do', 'T001'],
    ['- [ ] `T001` Do', 'T001'],
    ['- [ ] [T001](https://example.test/1) Do', 'T001'],
    ['+ [ ] T001 Do', 'T001'],
    ['1. [ ] T001 Do', 'T001'],
    ['12) [ ] T001 Do', 'T001'],
  ])('reads %j as the open task %s', (line, id) => {
    expect(only(line)).toMatchObject({ id, done: false, description: 'Do', line: 1 });
  });

  test.each([
    ['- [x] T001 Do', true],
    ['- [X] T001 Do', true],
    ['* [x] **T001** Do', true],
    ['- [x] - [x] T001 Do', true],
    ['- [ ] T001 Do [x]', false],
  ])('reads of %j that it is done: %s', (line, done) => {
    expect(only(line)?.done).toBe(done);
  });

  test.each([
    'Say `- [ ] T002` there',
    '`[slug]` page',
    '(async) reader',
    '(P and Q) first',
    'Do - [x] this',
    'Do ~~not~~ this',
    '(depends on T002)',
  ])('keeps the description "%s" as it is', (description) => {
    expect(only(`- [ ] T001 ${description}`)).toMatchObject({ id: 'T001', description });
  });

  test.each([
    ['[P, US1] ', 'US1'],
    ['[US1, US2] ', 'US1, US2'],
    ['(ASYNC, US3) ', 'US3'],
    ['(see US3) ', null],
  ])('reads the markers "%s" as story %s', (markers, story) => {
    expect(only(`- [ ] T001 ${markers}Do`)?.story).toBe(story);
  });

  test('reads a task without a description', () => {
    expect(only('- [ ] T001')).toMatchObject({ id: 'T001', description: '' });
    expect(only('- [ ] T001 [P]')).toMatchObject({ id: 'T001', parallel: true, description: '' });
  });

  test.each([
    ['a checkbox without an id', '- [ ] All tests pass'],
    ['a word that only begins like an id', '- [ ] Test2 passes'],
    ['a long word with a number', '- [ ] TESTS1 pass'],
    ['a word that is no id', '- [ ] S3 bucket exists'],
    ['the id of the template', '- [ ] TXXX [P] Documentation'],
    ['an id that is glued to a word', '- [ ] T001foo Do'],
    ['a range of ids', '- [ ] T002-T005 are done'],
    ['an id behind its labels', '- [ ] [P] [US1] T007 Do'],
    ['a bullet without checkbox', '- T001 Do'],
    ['a box without a bullet', '[ ] T001 Do'],
    ['a box with something else in it', '- [~] T001 Do'],
    ['an id of two', '- [ ] [T001, T002] Do'],
    ['a quote', '> - [ ] T001 Do'],
    ['a heading', '## T001 Do [ASYNC]'],
    ['prose', 'T001 → T002, T003 (depends on T001)'],
    ['the legend of markers', '- **[P]**: Can run in parallel'],
    ['the legend of boxes', '- **[ ]**: Not started'],
    ['nothing', ''],
  ])('takes %s for no task', (_, line) => {
    expect(parseTasks(line)).toEqual([]);
  });

  test('gives ids as they are, in the order of the file', () => {
    expect(ids('- [ ] T014 a\n- [ ] T003 b\n- [ ] t004 c\n- [ ] T014 d\n')).toEqual(['T014', 'T003', 'T014']);
  });

  test('reads CRLF, front matter and other scripts', () => {
    const markdown =
      '---\r\ndescription: משימות\r\n---\r\n- [ ] T001 [ASYNC] 作成する 🎯\r\n  - 詳細\r\n- [x] T002 b\r\n';
    const tasks = parseTasks(markdown);
    expect(tasks.map(({ description, line }) => [description, line])).toEqual([
      ...([
        ['作成する 🎯', 4],
        ['b', 6],
      ] as const),
    ]);
    expect(tasks[0]?.text).toBe('- [ ] T001 [ASYNC] 作成する 🎯\n  - 詳細');
  });

  test('reads the line ends of an old Mac', () => {
    expect(ids('- [ ] T001 a\r  - more\r- [ ] T002 b\r')).toEqual(['T001', 'T002']);
  });

  test('never throws, and reads only lines that name a task, of any text', () => {
    const pieces = [
      '\n',
      '\r\n',
      ' ',
      '- ',
      '* ',
      '[ ] ',
      '[x] ',
      '[P]',
      '[ASYNC]',
      '**',
      'T001',
      'T2',
      '```',
      '~~~',
      '<!--',
    ];
    for (const text of randomTexts(3, 3000, 40, [...pieces, '-->', '\0', '\ud800', '日', '[', ']', '(', '#', '\t'])) {
      for (const task of parseTasks(text)) {
        expect(['T001', 'T2']).toContain(task.id);
        expect(text.split(/\r?\n/)[task.line - 1]).toContain(task.id);
      }
    }
  });
});
