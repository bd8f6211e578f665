import type { LogFormat } from '../run/input.js';
import { plain, toJson } from '../run/printable.js';
import { Redactor } from './redactor.js';

/** Longest line about an event, in characters; it is cut after secrets have been replaced, never within one. */
const LINE = 300;

/** A log is not silent for longer, in milliseconds: whoever follows it sees that the run is alive. */
const HEARTBEAT = 29_000;

/** The run's log: one line for each thing that happens, on standard output. Known secrets never pass. */
export class Log {
  private readonly redactor = new Redactor();
  private values: () => readonly string[] = () => [];
  private written = 0;
  private step = 'run';
  private waiting: (() => string) | undefined;
  /** When it last had something to say, and when it last had a line. */
  private news: number;
  private last: number;

  /** @param now the time, in milliseconds */
  constructor(
    private readonly format: LogFormat,
    private readonly write: (text: string) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.news = this.last = now();
  }

  /** From now on these values are replaced; they are asked for at each line, since they may be renewed. */
  hide(values: () => readonly string[]): void {
    this.values = values;
    this.redactor.hide(values());
  }

  /** What is replaced, in each form in which it may be written. */
  secrets(): readonly string[] {
    this.redactor.hide(this.values());
    return this.redactor.known();
  }

  /** A text for others: without known secrets, and without what a terminal obeys, which could also part a secret. */
  redact(text: string): string {
    this.redactor.hide(this.values());
    return this.redactor.redact(plain(text));
  }

  /** What a heartbeat tells of OpenCode while that is at work; undefined as soon as it is not. */
  waitsFor(what: (() => string) | undefined): void {
    this.waiting = what;
  }

  /** Says that the run is alive, where nothing has been said for a while. */
  heartbeat(): void {
    if (this.now() - this.last < HEARTBEAT) return;
    const { news } = this;
    const silence = Math.round((this.now() - news) / 1000);
    const step = this.waiting ? 'opencode' : this.step;
    this.line(this.formatted(step, `silent for ${silence} s, ${this.waiting?.() ?? 'still at work'}`));
    this.news = news;
  }

  /** A step begins, which has nothing to say yet. */
  enters(step: string): void {
    this.step = step;
    this.news = this.last = this.now();
  }

  /** What a step has to say, for a person. */
  say(step: string, text: string): void {
    this.step = step;
    // As a whole first: a secret may begin in one line and end in another.
    for (const line of this.redact(text).split('\n')) this.line(this.formatted(step, line));
  }

  /** An event of OpenCode's: raw in the JSON format, else as the lines made of it. */
  event(raw: unknown, lines: readonly string[]): void {
    if (this.format === 'json') {
      this.line(toJson({ time: new Date().toISOString(), step: 'opencode', event: raw }));
      return;
    }
    if (lines.length === 0) return;
    for (const line of this.redact(lines.join('\n')).split('\n')) this.line(this.formatted('opencode', shorten(line)));
  }

  /** How many lines it has by now. */
  get lines(): number {
    return this.written;
  }

  /** A line as it is. */
  line(text: string): void {
    const redacted = this.redact(text);
    this.news = this.last = this.now();
    this.written += redacted.split('\n').length;
    this.write(`${redacted}\n`);
  }

  /** The last line: its texts have been redacted one by one. */
  result(text: string): void {
    this.write(`${text}\n`);
  }

  private formatted(step: string, message: string): string {
    if (this.format === 'json') return toJson({ time: new Date().toISOString(), step, message });
    return `${step.padEnd(8)} | ${message}`;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trimEnd();
  return line.length <= LINE ? line : `${line.slice(0, LINE)}…`;
}
