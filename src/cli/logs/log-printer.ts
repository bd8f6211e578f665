import type { EndedRun } from '../../cluster/follow.js';
import { OUTCOMES } from '../../run/outcomes.js';
import { plain, plainLine, toJson } from '../../run/printable.js';
import { commandLine } from '../line/command-line.js';
import { paint, type Terminal } from '../terminal/terminal.js';

/** Shows what happens in one run. */
export interface LogPrinter {
  line(text: string, time?: string): void;
  /** Shows a note about the run, which is not a line of its log. */
  note(text: string): void;
  ended(ended: EndedRun): void;
  /** Resolves when it takes more; undefined if it does now. */
  ready(): Promise<unknown> | undefined;
}

/** Which run a printer is for. */
export interface PrintedRun {
  readonly task: string;
  readonly pod: string;
  /** The flags that lead a command to the run. */
  readonly flags: readonly string[];
}

/** For people. */
export class TextPrinter implements LogPrinter {
  constructor(
    private readonly terminal: Terminal,
    private readonly run: Pick<PrintedRun, 'pod' | 'flags'>,
  ) {}

  ready(): Promise<unknown> | undefined {
    return this.terminal.ready?.();
  }

  line(text: string): void {
    this.terminal.out(plain(text));
  }

  note(text: string): void {
    this.terminal.err(plainLine(text));
  }

  ended({ outcome, message, result }: EndedRun): void {
    const { terminal, run } = this;
    const delivered = outcome === 'delivered';
    terminal.out(`${paint(terminal, delivered ? 'green' : 'red', outcome)}: ${plainLine(message)}`);
    if (delivered) {
      terminal.out(`commit ${result?.commit} on branch ${result?.branch}`);
      return;
    }
    // Without a result, the runner was killed before it could report what it had saved.
    if (!result) {
      const recover = commandLine('agent-runner', 'recover', run.pod, ...run.flags);
      terminal.out(`its work, as far as it was saved: ${recover}`);
    }
    terminal.out(`next: ${OUTCOMES[outcome].action}`);
  }
}

/** For programs: one object per line, which begins with its run. */
export class JsonPrinter implements LogPrinter {
  constructor(
    private readonly terminal: Terminal,
    private readonly run: Omit<PrintedRun, 'flags'>,
  ) {}

  ready(): Promise<unknown> | undefined {
    return this.terminal.ready?.();
  }

  line(text: string, time?: string): void {
    this.print({ ...(time && { time }), line: text });
  }

  note(text: string): void {
    this.print({ note: text });
  }

  ended({ outcome, message, result }: EndedRun): void {
    this.print({ outcome, message, ...(result && { result }) });
  }

  private print(what: object): void {
    const { task, pod } = this.run;
    this.terminal.out(toJson({ task, pod, ...what }));
  }
}
