import { describe, expect, test } from '@jest/globals';
import { readTaskList } from '../../src/tasks/task-list.js';

const warnings = (...lines: string[]) =>
  readTaskList(lines.join('\n')).warnings.map(({ line, message }) => `${line}: ${message}`);

describe('a line gets a warning', () => {
  test.each([
    ['for an id behind its labels', '- [ ] [P] [US1] T007 Do', 'T007 stands behind its labels, so this is no task'],
    ['for the id of the template', '- [ ] TXXX [P] Do', "TXXX is the template's placeholder, so it is no task"],
    ['for a box that says neither', '- [~] T001 Do', 'T001 has the box [~], so it is no task'],
    ['for an empty box', '- [] T001 Do', 'T001 has the box [], so it is no task'],
    ['for a box without a blank behind it', '- [ ]T001 Do', 'T001 cannot be read as an id'],
    ['for a small id', '- [ ] t004 Do', 't004 cannot be read as an id'],
    ['for a capital behind the number', '- [ ] T002A Do', 'T002A cannot be read as an id'],
    ['for a range', '- [ ] T002-T005 Do', 'T002 cannot be read as an id'],
    ['for two ids', '- [ ] [T001, T002] Do', 'T001 cannot be read as an id'],
    ['for an id behind a label as code', '- [ ] `[P]` T001 Do', 'T001 stands behind its labels'],
    ['for an id behind a round label', '- [ ] (ASYNC) T001 Do', 'T001 stands behind its labels'],
    ['for a marker without an id', '- [ ] [ASYNC] Do', 'this has a marker and no id, so it is no task'],
    ['for a marker behind another kind of id', '- [ ] 1.2 [SYNC] Do', 'this has a marker and no id, so it is no task'],
    ['for a task in a quote', '> - [ ] T001 Do', 'T001 stands in a quote, so it is no task'],
    ['for a task in a quote of a quote', '> > 1. [ ] [T001] Do', 'T001 stands in a quote, so it is no task'],
    ['for a round marker in the description', '- [ ] T001 Do (ASYNC)', '[ASYNC] in the description of T001'],
    ['for a small word in round brackets', '- [ ] T001 (async) Do', '[ASYNC] in the description of T001'],
    ['for a choice of markers', '- [ ] T001 [P/ASYNC] Do', 'the label [P/ASYNC] of T001 does not count'],
    ['for a marker among words', '- [ ] T001 [mode: ASYNC] Do', 'the label [mode: ASYNC] of T001 does not count'],
    ['for both modes in one label', '- [ ] T001 [SYNC, ASYNC] Do', 'T001 is marked SYNC and ASYNC'],
    ['without a checkbox', '- **T-001**: Do', 'T-001 has no checkbox, so it is no task: write "- [ ] T-001 …"'],
    ['without a checkbox, with a label', '- T004 [P]: Do', 'T004 has no checkbox, so it is no task'],
    ['for both modes', '- [ ] T001 [SYNC] [ASYNC] Do', 'T001 is marked SYNC and ASYNC, so no pod does it'],
    ["for the template's choice", '- [ ] T001 [SYNC/ASYNC] Do', 'T001 is marked SYNC and ASYNC, so no pod does it'],
    ['for a marker in the description', '- [ ] T001 Do [ASYNC]', '[ASYNC] in the description of T001 does not count'],
    ['for a [P] in the description', '- [ ] T001 [SYNC] Do [p]', '[P] in the description of T001 does not count'],
    ['for a box that sets aside', '- [-] T001 [ASYNC] Do', 'T001 is neither open nor done, so it is left out'],
    [
      'for an open task that is struck through',
      '- [ ] T001 ~~Do~~ — REMOVED: no need',
      'T001 is neither open nor done',
    ],
    ['for an open task with its id struck through', '- [ ] ~~T001 Do~~', 'T001 is neither open nor done'],
    ['for an open task that says otherwise', '- [ ] T001 Do — DEFERRED', 'T001 says DEFERRED and its box is open'],
    [
      'for an unknown dependency',
      '- [ ] T001 Do (depends on T009)',
      'T009 is not in this list, so nothing waits for it',
    ],
    ['for a dependency on itself', '- [ ] T001 Do (depends on T001)', 'T001 depends on itself'],
    ['for a fence without an end', '```', 'this code fence has no end, so nothing below it is read'],
    ['for a comment without an end', 'Text <!-- more', 'this comment has no end, so nothing below it is read'],
  ])('%s', (_, line, message) => {
    const [found = '', ...more] = warnings('# Tasks', line);
    expect(found).toContain(`2: ${message}`);
    expect(more).toEqual([]);
  });

  test('for headings of which none opens a phase, at the first that is no barrier', () => {
    const list = ['# Tasks', '## Setup', '- [ ] T001 Do', '## Tests', '### One', '- [ ] T002 [P] Do'];
    expect(readTaskList(list.join('\n')).warnings).toEqual([
      { line: 5, message: expect.stringContaining('no heading of this list opens a phase') },
    ]);
    expect(readTaskList(list.slice(0, 3).join('\n')).warnings).toEqual([]);
    expect(readTaskList(list.join('\n').replace('Tests', 'Phase 2: Tests')).warnings).toEqual([]);
  });
  test('for a section with tasks that is no phase, once, at its heading', () => {
    const list = ['## Phase 1', '- [ ] T001 Do', '## Quick fixes', '- [ ] T002 Do', '- [ ] T003 Do', '## Phase 2'];
    expect(warnings(...list, '- [ ] T004 Do')).toEqual([
      '3: "Quick fixes" is no phase, so its tasks count to the phase above it: write "## Phase N: …" to have them come behind that',
    ]);
    expect(warnings(...list.filter((line) => !/T002|T003/.test(line)))).toEqual([]);
    expect(warnings(...list.map((line) => line.replace('## Q', '### Q')))).toEqual([]);
    expect(
      warnings('## Epic A', '### Phase A0', '- [ ] T001 Do', '## Epic B', '### Phase B0', '- [ ] T002 Do'),
    ).toEqual([]);
  });
  test('for an id that there is twice, with both lines', () => {
    expect(warnings('- [ ] T001 a', '- [ ] T002 b', '- [ ] T001 c')).toEqual([
      '3: T001 is on line 1 too, and only that one is run: give one of them another id',
    ]);
  });
  test('for ids that differ in case alone', () => {
    expect(warnings('- [ ] Task-1 a', '- [ ] task-1 b')).toEqual([
      '2: task-1 and Task-1 on line 1 differ only in case: give one of them another id',
    ]);
  });
  test('for a range that names too many', () => {
    const tasks = Array.from({ length: 150 }, (_, index) => `- [ ] T${index + 1} Do`);
    expect(warnings(...tasks, '- [ ] T200 Do (depends on T1-T150)')).toEqual([
      '151: only 100 tasks of T1 to T150 count: say less at once',
    ]);
  });
});

test.each([
  ['- [ ] All tests pass'],
  ['- [ ] Test2 passes'],
  ['- [ ] TESTS1 pass'],
  ['- [ ] S3 bucket exists'],
  ['- **[P]**: Can run in parallel'],
  ['- **[ ]**: Not started'],
  ['- T008 blocks T009'],
  ['- None (no tasks)'],
  ['- [x] T001 ~~Do~~ — N/A: no need'],
  ['- [ ] T001 [ASYNC] Write `[SYNC]` there'],
  ['- [ ] T001 ~~Old name~~ new name'],
  ['```\n- [ ] [P] T001 Do\n```'],
  ['> - [ ] T008 Do'],
  ['> - [ ] TXXX Do'],
  ['> T001 is the first'],
  ['- [ ] T001 Do it in the background (async)'],
  ['- [ ] T001 [ASYNC] [Risk: async writes] Do'],
])('"%s" gets none', (line) => {
  expect(warnings('- [ ] T008 Do', '- [ ] T009 Do', line)).toEqual([]);
});

test('a bullet without a checkbox gets none where its task is in the list', () => {
  expect(warnings('- [ ] T001 Do', '## Notes', '- **T001**: is the first')).toEqual([]);
});
