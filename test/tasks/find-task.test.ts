import { describe, expect, test } from '@jest/globals';
import { findTask, parseTasks } from '../../src/tasks/task-list.js';

describe('findTask', () => {
  const tasks = parseTasks('- [ ] T001 a\n- [ ] T002a b\n- [ ] T002A c\n- [ ] Task-3 d\n- [ ] task-3 e\n- [ ] T001 f');

  test.each([
    ['T002a', 'b', 'the id as written'],
    ['task-3', 'e', 'the id as written, though another one differs in case alone'],
    ['T001', 'a', 'the first of two'],
  ])('finds %s as %s: %s', (id, description) => {
    expect(findTask(tasks, id)?.description).toBe(description);
  });

  test('finds the only one that differs in case alone', () => {
    expect(findTask(parseTasks('- [ ] T001 a\n- [ ] T002 b'), 't002')?.id).toBe('T002');
  });

  test.each(['TASK-3', 'T00', 'T0011', ''])('finds none for %j', (id) => {
    expect(findTask(tasks, id)).toBeUndefined();
  });
});
