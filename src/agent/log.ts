import type { LogFormat } from '../run/input.js';
import { Redactor } from './redactor.js';

/** Longest line about an event, in characters; it is cut after secrets have been replaced, never within one. */
const LINE = 300;

/** The run's log: one line for each thing that happens, on standard output. Known secrets never pass. */
export class Log {
  private readonly redactor = new Redactor();

  constructor(
    private readonly format: LogFormat,
    private readonly write: (text: string) => void,
  ) {}

  /** From now on these values are replaced. */
  hide(...values: readonly string[]): void {
    this.redactor.hide(...values);
  }

  redact(text: string): string {
    return this.redactor.redact(text);
  }

  /** What a step has to say, for a person. */
  say(step: string, text: string): void {
    for (const line of text.split('\n')) {
      this.line(
        this.format === 'json'
          ? JSON.stringify({ time: new Date().toISOString(), step, message: line })
          : `${step.padEnd(8)} | ${line}`,
      );
    }
  }

  /** An event of OpenCode's: raw in the JSON format, else as the lines made of it. */
  event(raw: unknown, lines: readonly string[]): void {
    if (this.format === 'json') {
      this.line(JSON.stringify({ time: new Date().toISOString(), step: 'opencode', event: raw }));
    } else for (const line of lines) this.say('opencode', shorten(this.redact(line)));
  }

  /** A line as it is. */
  line(text: string): void {
    this.write(`${this.redact(text)}\n`);
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trimEnd();
  return line.length <= LINE ? line : `${line.slice(0, LINE)}…`;
}
