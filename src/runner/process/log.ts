import type { LogFormat } from '../../run/input.js';
import { plain, toJson } from '../../run/printable.js';
import { Redactor } from '../secrets/redactor.js';

/** The longest line about an event, in characters. It is cut after redaction, so never within a secret. */
const LINE = 300;

/** After this much silence, in milliseconds, the log gets a line that shows that the run is active. */
const HEARTBEAT = 29_000;

/** The run's log: one line for each thing that happens, on standard output. Known secrets are redacted. */
export class Log {
  private readonly redactor = new Redactor();
  private values: () => readonly string[] = () => [];
  private written = 0;
  private step = 'run';
  private waiting: (() => string) | undefined;
  /** The times of the last line with news, and of the last line of any kind. */
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

  /** Sets the values to redact. They are read again for each line, since they may be renewed. */
  hide(values: () => readonly string[]): void {
    this.values = values;
    this.redactor.hide(values());
  }

  /** The values that are redacted, in each form in which they may be written. */
  secrets(): readonly string[] {
    this.redactor.hide(this.values());
    return this.redactor.known();
  }

  /** Removes known secrets and control characters from a text. The latter could also split a secret. */
  redact(text: string): string {
    this.redactor.hide(this.values());
    return this.redactor.redact(plain(text));
  }

  /** Sets what a heartbeat reports about OpenCode while it works. Undefined ends that. */
  waitsFor(what: (() => string) | undefined): void {
    this.waiting = what;
  }

  /** Writes a line that the run is active, if the log has been silent for a while. */
  heartbeat(): void {
    if (this.now() - this.last < HEARTBEAT) return;
    const { news } = this;
    const silence = Math.round((this.now() - news) / 1000);
    const step = this.waiting ? 'opencode' : this.step;
    this.line(this.formatted(step, `silent for ${silence} s, ${this.waiting?.() ?? 'still at work'}`));
    this.news = news;
  }

  /** Starts a step that has nothing to report yet. */
  enters(step: string): void {
    this.step = step;
    this.news = this.last = this.now();
  }

  /** Writes a message of a step, for a person. */
  say(step: string, text: string): void {
    this.step = step;
    // Redacted before it is split: a secret may begin in one line and end in another.
    for (const line of this.redact(text).split('\n')) this.line(this.formatted(step, line));
  }

  /** Writes an event of OpenCode: raw in the JSON format, as its lines in the text format. */
  event(raw: unknown, lines: readonly string[]): void {
    if (this.format === 'json') {
      this.line(toJson({ time: new Date().toISOString(), step: 'opencode', event: raw }));
      return;
    }
    if (lines.length === 0) return;
    for (const line of this.redact(lines.join('\n')).split('\n')) this.line(this.formatted('opencode', shorten(line)));
  }

  /** The number of lines so far. */
  get lines(): number {
    return this.written;
  }

  /** Writes a line without a step. Secrets are still redacted. */
  line(text: string): void {
    const redacted = this.redact(text);
    this.news = this.last = this.now();
    this.written += redacted.split('\n').length;
    this.write(`${redacted}\n`);
  }

  /** Writes the last line. Its texts are redacted already, one by one. */
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
