import { plain, withColors } from '../../run/printable.js';
import type { Screen } from './terminal.js';

/** Control sequences of terminals. See https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const CSI = '\u001b[';
const upTo = (lines: number): string => (lines > 0 ? `${CSI}${lines}A` : '');
const CLEAR_BELOW = `\r${CSI}J`;
const CLEAR_ALL = `${CSI}H${CSI}2J`;
const CURSOR = { hide: `${CSI}?25l`, show: `${CSI}?25h` };
/** Without wrapping, the terminal itself cuts lines that are too wide. It knows best how wide each character is. */
const WRAP = { off: `${CSI}?7l`, on: `${CSI}?7h` };

/** Milliseconds between two pictures. */
const PAUSE = 100;
/** Milliseconds until the next picture when nothing has changed, because ages grow. */
const BEAT = 1000;

/**
 * A table above the newest lines of a log. Older lines move up out of the picture into the terminal's history, whole
 * and in order.
 */
export class LiveView {
  private readonly lines: string[] = [];
  private height = 0;
  private columns: number;
  private due: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly beat: NodeJS.Timeout;

  /** @param table returns its lines for a screen of so many rows */
  constructor(
    private readonly screen: Screen,
    private readonly table: (rows: number) => readonly string[],
  ) {
    this.columns = screen.columns();
    this.beat = setInterval(() => this.changed(), BEAT).unref();
  }

  line(text: string): void {
    this.lines.push(...withColors(text).split('\n'));
    this.changed();
  }

  /** Something has changed: draws the next picture soon. */
  changed(): void {
    if (!this.closed) this.due ??= setTimeout(() => this.draw(), PAUSE).unref();
  }

  /** Removes the table and keeps the log. Later lines are not shown. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.beat);
    clearTimeout(this.due);
    this.screen.write(`${upTo(this.height)}${CLEAR_BELOW}${this.lines.map(whole).join('')}${CURSOR.show}`);
  }

  private draw(): void {
    this.due = undefined;
    const rows = this.screen.rows();
    const table = this.table(rows).slice(0, Math.max(1, rows - 3));
    const room = Math.max(1, rows - table.length - 2);
    const older = this.lines.splice(0, Math.max(0, this.lines.length - room));
    const columns = this.screen.columns();
    const picture = [...table, '', ...this.lines].map((line) => inPicture(line).slice(0, columns));
    this.screen.write(
      [
        CURSOR.hide,
        this.back(),
        older.map(whole).join(''),
        WRAP.off,
        picture.map((line) => `${line}\r\n`).join(''),
        WRAP.on,
      ].join(''),
    );
    this.height = picture.length;
  }

  /** Goes to where the last picture began. If its width has changed, the terminal has wrapped the lines differently. */
  private back(): string {
    const columns = this.screen.columns();
    if (columns === this.columns) return `${upTo(this.height)}${CLEAR_BELOW}`;
    this.columns = columns;
    return CLEAR_ALL;
  }
}

const whole = (line: string): string => `${line}\r\n`;
/** Without colours and tabs, which would change the width of a line. */
const inPicture = (line: string): string => plain(line).replaceAll('\t', ' ');
