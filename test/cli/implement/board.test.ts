import { expect, test } from '@jest/globals';
import { Board } from '../../../src/cli/commands/implement/board.js';

const boardOn = (rows: number, columns: number) => {
  const drawn: string[] = [];
  const plain: string[] = [];
  const print = (text: string) => void plain.push(text);
  const screen = { rows: () => rows, columns: () => columns, write: (text: string) => void drawn.push(text) };
  const terminal = { env: {}, cwd: '/', color: false, out: print, err: print, screen };
  return { board: new Board([{ task: 'T001', branch: 'b-t001' }], terminal), drawn, plain };
};

test.each([
  [0, 0],
  [24, 0],
  [0, 80],
])('a terminal of %d rows and %d columns gets plain lines', (rows, columns) => {
  const { board, drawn, plain } = boardOn(rows, columns);
  board.of('T001').line('working');
  board.close();
  expect([drawn, plain]).toEqual([[], ['T001 | working']]);
});

test('a terminal of any other size is drawn on', () => {
  const { board, drawn, plain } = boardOn(24, 80);
  board.of('T001').line('working');
  board.close();
  expect([drawn.join('').includes('T001 | working'), plain]).toEqual([true, []]);
});
