import type { OutcomeName } from '../../../run/outcomes.js';
import { plain, plainLine, toJson } from '../../../run/printable.js';
import { integrationBranch, type Merged } from '../../git/integration.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { Shown, ShownEnd, TaskShow } from './board.js';
import { type Summary, stopJson, summaryJson } from './summary.js';

/** What `--events` tells, one line each. docs/reference/events.md describes them. */
export type RunEvent =
  | {
      readonly event: 'began';
      readonly feature: string;
      readonly branch: string;
      readonly namespace: string;
      readonly tasks: readonly { readonly task: string; readonly branch: string }[];
    }
  | { readonly event: 'note'; readonly task?: string; readonly text: string }
  | { readonly event: 'wave'; readonly tasks: readonly string[]; readonly base: string }
  | { readonly event: 'started'; readonly task: string; readonly pod: string }
  | { readonly event: 'waits'; readonly task: string; readonly reason: string }
  | { readonly event: 'step'; readonly task: string; readonly text: string }
  | {
      readonly event: 'ended';
      readonly task: string;
      readonly outcome: OutcomeName;
      readonly message: string;
      readonly pod: string;
      readonly branch?: string;
      readonly commit?: string;
      readonly tokens?: number;
      readonly cost?: number;
    }
  | { readonly event: 'merged'; readonly branch: string; readonly commit: string; readonly tasks: readonly string[] }
  | { readonly event: 'stopped'; readonly by: string; readonly [more: string]: unknown }
  | { readonly event: 'over'; readonly exitCode?: number; readonly summary: object };

/** Tells programs what happens, as one JSON object a line. */
export class Events implements Shown {
  private told: string | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly branch: string,
  ) {}

  tell(event: RunEvent): void {
    this.terminal.out(toJson({ time: new Date().toISOString(), ...event }));
  }

  say(text: string): void {
    this.tell({ event: 'note', text: plain(text) });
  }

  wave(tasks: readonly string[], base: string): void {
    this.tell({ event: 'wave', tasks, base });
  }

  /** A merge that brings nothing new is not told. */
  merged({ commit, merged }: Merged): void {
    if (commit === this.told || merged.length === 0) return;
    this.told = commit;
    this.tell({ event: 'merged', branch: integrationBranch(this.branch), commit, tasks: merged.map(({ id }) => id) });
  }

  of(task: string): TaskShow {
    return {
      spawned: (pod) => this.tell({ event: 'started', task, pod }),
      waits: (reason) => this.tell({ event: 'waits', task, reason: plainLine(reason) }),
      line: (text) => this.tell({ event: 'step', task, text: plain(text) }),
      note: (text) => this.tell({ event: 'note', task, text: plainLine(text) }),
      ready: () => this.terminal.ready?.(),
      ended: ({ outcome, message, pod, result }: ShownEnd) => {
        const { branch, commit, tokens, cost } = result ?? {};
        const more = { ...(branch && { branch }), ...(commit && { commit }), ...(result && { tokens, cost }) };
        this.tell({ event: 'ended', task, outcome, message: plainLine(message), pod, ...more } as RunEvent);
      },
    };
  }

  /** @param exitCode absent if an error ends the command */
  over(summary: Summary, exitCode?: number): void {
    const { halt } = summary;
    if (halt) {
      const message = halt.by === 'error' && halt.error instanceof Error ? plainLine(halt.error.message) : undefined;
      this.tell({ event: 'stopped', ...stopJson(halt), ...(message && { message }) });
    }
    this.tell({ event: 'over', ...(exitCode !== undefined && { exitCode }), summary: summaryJson(summary) });
  }

  close(): void {}
}
