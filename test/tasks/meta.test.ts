import { expect, test } from '@jest/globals';
import { metaModes } from '../../src/tasks/meta.js';

test('the modes of tasks_meta.json are read, and entries without one are left out', () => {
  const tasks = {
    T001: { description: 'Do', files: 'a.py b.py', execution_mode: 'ASYNC', status: 'pending', agent_type: 'general' },
    T002: { execution_mode: 'sync' },
    T003: { status: 'completed', started_at: null },
    T004: { execution_mode: '' },
    T005: null,
    T006: { execution_mode: { no: 'text' } },
  };
  expect(metaModes(JSON.stringify({ feature: '001-demo', tasks }))).toEqual(
    new Map([
      ['T001', 'ASYNC'],
      ['T002', 'SYNC'],
    ]),
  );
});

test.each(['', '{', 'null', '[]', '"x"', '{}', '{"tasks": 1}', '{"tasks": null}'])('%j is no such file', (json) => {
  expect(metaModes(json)).toBeUndefined();
});
