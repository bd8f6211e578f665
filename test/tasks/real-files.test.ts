import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readTaskList } from '../../src/tasks/task-list.js';

// The tables in expected/ were written by reading the lists in fixtures/, not by running the parser. A row is: line, id,
// mode (? where nothing says it), P or -, x done, o open or ~ set aside, phase, story or -, files, <dependencies.
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const names = readdirSync(at('expected')).map((file) => file.replace('.txt', ''));
const list = (name: string) => readTaskList(readFileSync(at(`fixtures/${name}.md`), 'utf8'));

function rows(name: string): string[] {
  const lines = readFileSync(at(`expected/${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const short = new Map(
    lines.filter((line) => line.startsWith('$')).map((line) => line.split(' = ') as [string, string]),
  );
  return lines
    .filter((line) => !line.startsWith('$'))
    .map((line) => line.replace(/\$[A-Z]/g, (mark) => short.get(mark) ?? mark));
}

test('there is a table for every list', () => {
  const lists = readdirSync(at('fixtures')).filter((file) => file.endsWith('.md') && file !== 'SOURCES.md');
  expect(lists).toEqual(names.map((name) => `${name}.md`));
});

describe.each(names)('%s', (name) => {
  test('has the tasks that a careful reader finds', () => {
    const found = list(name).tasks.map((task) =>
      [
        ...[task.line, task.id, task.mode ?? '?', task.parallel ? 'P' : '-'],
        ...[task.done ? 'x' : task.setAside ? '~' : 'o', task.phase, task.story ?? '-', ...task.files],
        ...task.dependsOn.map((id) => `<${id}`),
      ].join(' '),
    );
    expect(found).toEqual(rows(name));
  });
});
