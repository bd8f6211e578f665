import { describe, expect, test } from '@jest/globals';
import xterm from '@xterm/headless';
import { LiveView } from '../../../src/cli/terminal/live-view.js';

/** A terminal of the field, without a window. */
function start(rows: number, columns: number, table: () => readonly string[]) {
  const terminal = new xterm.Terminal({ rows, cols: columns, scrollback: 1000, allowProposedApi: true });
  const screen = {
    rows: () => terminal.rows,
    columns: () => terminal.cols,
    write: (text: string) => terminal.write(text),
  };
  const view = new LiveView(screen, table);
  const lineAt = (index: number) => terminal.buffer.active.getLine(index)?.translateToString(true) ?? '';
  return {
    terminal,
    view,
    /** All lines, from the first of the history. */
    async lines(): Promise<string[]> {
      await new Promise<void>((done) => terminal.write('', done));
      const all = Array.from({ length: terminal.buffer.active.length }, (_, index) => lineAt(index));
      return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
    },
    /** The lines that are to be seen. */
    async shown(): Promise<string[]> {
      await new Promise<void>((done) => terminal.write('', done));
      return Array.from({ length: terminal.rows }, (_, row) => lineAt(terminal.buffer.active.viewportY + row));
    },
  };
}

const drawn = () => new Promise((done) => setTimeout(done, 130));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe('a table above a log', () => {
  test('shows the table at the top of the screen and the newest lines below it', async () => {
    const { view, shown } = start(10, 40, () => ['TASK  STATE', 'T001  running']);
    for (const line of numbered(50)) view.line(line);
    await drawn();
    expect((await shown()).slice(0, 9)).toEqual(['TASK  STATE', 'T001  running', '', ...numbered(50).slice(-6)]);
    view.close();
  });
  test('leaves every line of the log in the history, once and in order, and nothing of the table', async () => {
    let state = 0;
    const { view, lines } = start(10, 40, () => [`STATE ${++state}`]);
    for (const [index, line] of numbered(50).entries()) {
      view.line(line);
      if (index % 7 === 0) await drawn();
    }
    view.close();
    expect(await lines()).toEqual(numbered(50));
  });
  test('keeps every line in the history and in order, whatever a log would have the terminal do', async () => {
    const { view, lines } = start(10, 60, () => ['TABLE']);
    const attacks = ['\u001b[2J\u001b[H', '\u001b[1A\u001b[2K\u001b[1G', '\u001b[10T', '\u009b2J', '\r\b\b', '\u001bc'];
    for (const [index, line] of numbered(30).entries()) {
      view.line(`${line} ${attacks[index % attacks.length]}delivered`);
      if (index % 7 === 0) await drawn();
    }
    view.close();
    expect((await lines()).map((line) => line.replace(/^(line \d+) .*delivered$/, '$1'))).toEqual(numbered(30));
  });
  test('shows nothing any more when it is closed', async () => {
    const { view, lines } = start(10, 40, () => ['TABLE']);
    view.line('one');
    view.close();
    view.line('two');
    await drawn();
    view.close();
    expect(await lines()).toEqual(['one']);
  });
  test('cuts what is too long for its row, and keeps it whole in the history', async () => {
    const long = `${'x'.repeat(30)}end`;
    const { view, shown, lines } = start(8, 20, () => ['TABLE']);
    view.line(long);
    await drawn();
    expect((await shown()).slice(0, 4)).toEqual(['TABLE', '', 'x'.repeat(20), '']);
    view.close();
    expect((await lines()).join('')).toBe(long);
  });
  test('cuts wide characters where the terminal does', async () => {
    const { view, shown } = start(8, 20, () => ['TABLE']);
    view.line('語'.repeat(30));
    view.line('after');
    await drawn();
    expect((await shown())[3]).toBe('after');
    view.close();
  });
  test('does not obey what a log says to the terminal', async () => {
    const { view, shown } = start(8, 40, () => ['TABLE']);
    view.line('a\u001b[2J\u001b[Hb\rc');
    await drawn();
    expect((await shown()).slice(0, 3)).toEqual(['TABLE', '', 'a[2J[Hbc']);
    view.close();
  });
  test('begins anew on a terminal that has got another width', async () => {
    const { terminal, view, shown } = start(8, 40, () => ['a table that is rather long for it']);
    view.line('one');
    await drawn();
    terminal.resize(20, 8);
    view.line('two');
    await drawn();
    expect((await shown()).slice(0, 4)).toEqual(['a table that is rath', '', 'one', 'two']);
    view.close();
  });
});
