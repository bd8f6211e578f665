import type { LogFormat } from '../run/input.js';
import { Redactor } from './redactor.js';

/** Longest line about an event, in characters; it is cut after secrets have been replaced, never within one. */
const LINE = 300;

/** The run's log: one line for each thing that happens, on standard output. Known secrets never pass. */
export class Log {
  private readonly redactor = new Redactor();
  private values: () => readonly string[] = () => [];
  private written = 0;

  constructor(
    private readonly format: LogFormat,
    private readonly write: (text: string) => void,
  ) {}

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

  redact(text: string): string {
    this.redactor.hide(this.values());
    return this.redactor.redact(text);
  }

  /** What a step has to say, for a person. */
  say(step: string, text: string): void {
    // As a whole first: a secret may begin in one line and end in another.
    for (const line of this.redact(text).split('\n')) this.line(this.formatted(step, line));
  }

  /** An event of OpenCode's: raw in the JSON format, else as the lines made of it. */
  event(raw: unknown, lines: readonly string[]): void {
    if (this.format === 'json') {
      this.line(JSON.stringify({ time: new Date().toISOString(), step: 'opencode', event: raw }));
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
    this.written += redacted.split('\n').length;
    this.write(`${redacted}\n`);
  }

  /** The last line: its texts have been redacted one by one. */
  result(text: string): void {
    this.write(`${text}\n`);
  }

  private formatted(step: string, message: string): string {
    if (this.format === 'json') return JSON.stringify({ time: new Date().toISOString(), step, message });
    return `${step.padEnd(8)} | ${message}`;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trimEnd();
  return line.length <= LINE ? line : `${line.slice(0, LINE)}…`;
}
