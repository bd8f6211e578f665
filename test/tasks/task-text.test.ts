import { describe, expect, test } from '@jest/globals';
import { parseTasks } from '../../src/tasks/task-list.js';

const textOf = (...lines: string[]) => parseTasks(lines.join('\n'))[0]?.text.split('\n');
const ids = (...lines: string[]) => parseTasks(lines.join('\n')).map(({ id }) => id);

describe("a task's text", () => {
  test.each([
    ['continuation lines', ['- [ ] T001 Create the model', '  in src/models/user.ts', '      with an e-mail']],
    ['sub-bullets', ['- [ ] T001 Create the model', '  - with an e-mail', '    * that is checked', '  - and a name']],
    ['a fence', ['- [ ] T001 Run', '  ```sh', '  npm test', '  ```', '  and look']],
    ['an indented task', ['  - [ ] T001 Create the model', '    - with an e-mail']],
    ['nothing more', ['- [ ] T001 Create the model']],
  ])('has its own line and %s', (_, lines) => {
    expect(textOf(...lines)).toEqual(lines);
    expect(textOf(...lines, '- [ ] T002 Next')).toEqual(lines);
    expect(textOf('Before', '- [x] not a task', ...lines, '', 'After')).toEqual(lines);
  });

  test.each([
    ['the next task', '- [ ] T002 Next'],
    ['a task below it', '  - [ ] T002 Below'],
    ['a heading', '## Phase 2'],
    ['text at its own level', 'Checkpoint'],
  ])('ends before %s', (_, line) => {
    expect(textOf('- [ ] T001 Do', '  more', line, '  other')).toEqual(['- [ ] T001 Do', '  more']);
  });

  test('has no spaces at the ends of its lines', () => {
    expect(textOf('- [ ] T001 Do  ', '  more \t', '  still ')).toEqual(['- [ ] T001 Do', '  more', '  still']);
  });

  // The agent is given this text alone, and would not see them.
  test.each([
    [
      'checkboxes below it that are no tasks',
      ['- [ ] T001 Create the model', '  - [ ] with an e-mail', '  - [ ] and a name'],
    ],
    ['a paragraph after an empty line', ['- [ ] T001 Create the model', '', '  It has an e-mail.']],
    ['a fence with an empty line in it', ['- [ ] T001 Run', '  ```sh', '  npm ci', '', '  npm test', '  ```']],
  ])('has %s', (_, lines) => {
    expect(textOf(...lines)).toEqual(lines);
  });

  test('has the whole of a fence that shows a task', () => {
    const lines = ['- [ ] T001 Add an example to the guide', '  ```', '  - [ ] T002 Example', '  ```', '  and link it'];
    expect(textOf(...lines)).toEqual(lines);
  });
});

describe('what is not read', () => {
  test.each([
    ['a fence', ['```', '- [ ] T001 Sample', '```']],
    ['a fence that has a mark in a line', ['```', 'Text in ```', '- [ ] T001 Sample', '```']],
    ['a fence that is an item of a list', ['- ```md', '  - [ ] T001 Sample', '  ```']],
    ['a fence that is an item of a numbered list', ['1. ~~~', '- [ ] T001 Sample', '~~~']],
    ['a fence of tildes', ['~~~md', '- [ ] T001 Sample', '~~~']],
    ['a longer fence around a fence', ['````md', '```', '- [ ] T001 Sample', '```', '- [ ] T001 Sample', '````']],
    ['a fence around one of the other kind', ['~~~', '```', '- [ ] T001 Sample', '~~~']],
    ['an indented fence', ['- None', '  ```', '  - [ ] T001 Sample', '  ```']],
    ['the fence of a task', ['- [ ] T000 Do', '  ```', '  - [ ] T001 Sample', '  ```']],
    ['a comment', ['<!--', '- [ ] T001 Sample', '-->']],
    ['a comment that begins behind text', ['Text <!-- more', '- [ ] T001 Sample', '-->']],
    ['a comment after a comment', ['<!-- one --> <!-- two', '- [ ] T001 Sample', '-->']],
    ['a comment of one line', ['<!-- - [ ] T001 Sample -->']],
  ])('is what stands in %s; what follows is', (_, lines) => {
    expect(ids(...lines, '- [ ] T002 Next').filter((id) => id !== 'T000')).toEqual(['T002']);
  });

  test.each([
    ['a fence', '```'],
    ['a comment', '<!--'],
  ])('is all that follows %s without an end', (_, line) => {
    expect(ids('- [ ] T001 Do', line, '- [ ] T002 Next')).toEqual(['T001']);
  });

  test('is not what follows a fence mark in the middle of a line', () => {
    expect(ids('Text in ``` is code', '- [ ] T002 Next')).toEqual(['T002']);
  });

  test('is not what a comment stands behind', () => {
    expect(ids('- [ ] T001 Do <!-- why', 'more -->', '- [ ] T002 Next')).toEqual(['T001', 'T002']);
  });

  test.each([
    ['a fence mark in a comment', ['<!--', '```', '-->', '- [ ] T002 Next']],
    ['code within a line that begins with it', ['```npm test``` passes', '- [ ] T002 Next']],
    ['the opening of a comment in code', ['Write `<!--` there', '- [ ] T002 Next']],
    ['a fence with a language in a fence', ['```', '```js', '- [ ] T001 Sample', '```', '- [ ] T002 Next']],
  ])('is not what follows %s', (_, lines) => {
    expect(ids(...lines)).toEqual(['T002']);
  });
});

test('a link at the start of a description is no marker', () => {
  expect(parseTasks('- [ ] T001 [P] [The guide](docs/guide.md) needs a chapter')[0]?.description).toBe(
    '[The guide](docs/guide.md) needs a chapter',
  );
});

test('an id may have its colon within its bold marks', () => {
  expect(ids('- [ ] **T014:** Do')).toEqual(['T014']);
});
