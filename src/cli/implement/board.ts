import { age } from '../../run/age.js';
import type { OutcomeName } from '../../run/outcomes.js';
import { plain, plainLine } from '../../run/printable.js';
import { formatTable } from '../table.js';
import { paint, prefixed, type Screen, type Terminal } from '../terminal.js';
import { LiveView } from './live-view.js';

type State = 'queued' | 'waiting' | 'running' | OutcomeName;

interface Row {
  readonly task: string;
  readonly branch: string;
  state: State;
  /** In milliseconds since 1970; when its pod was spawned. */
  since?: number;
  until?: number;
  last: string;
}

/** What the user sees of one task. */
export interface TaskShow {
  spawned(pod: string): void;
  waits(reason: string): void;
  line(text: string): void;
  note(text: string): void;
  ended(outcome: OutcomeName, message: string): void;
  /** When more can be shown; undefined when it can now. */
  ready(): Promise<unknown> | undefined;
}

/** Under `script` or `docker exec -t` a terminal may say 0 × 0: nothing can be laid out on it. */
const hasSize = (screen: Screen): boolean => screen.rows() > 0 && screen.columns() > 0;

/** How many rows of the table a screen can spare, beside the log. */
const share = (rows: number): number => Math.max(3, Math.floor(rows / 2) - 2);

/** All tasks and their logs: a table above the log on a terminal, plain lines with the task in front elsewhere. */
export class Board {
  private readonly rows: Row[];
  private readonly view: LiveView | undefined;
  private readonly output: Terminal;
  private readonly width: number;

  constructor(
    tasks: readonly { readonly task: string; readonly branch: string }[],
    private readonly terminal: Terminal,
  ) {
    this.rows = tasks.map((task) => ({ ...task, state: 'queued', last: '' }));
    this.width = Math.max(0, ...tasks.map(({ task }) => task.length));
    const { screen } = terminal;
    this.view = screen && hasSize(screen) ? new LiveView(screen, (rows) => this.table(share(rows))) : undefined;
    const view = this.view;
    this.output = view ? { ...terminal, out: (text) => view.line(text), err: (text) => view.line(text) } : terminal;
  }

  /** What belongs to no task. */
  say(text: string): void {
    this.output.err(text);
  }

  /** The task's own part of the board. */
  of(task: string): TaskShow {
    const index = this.rows.findIndex((row) => row.task === task);
    const row = this.rows[index];
    if (!row) throw new Error(`task ${task} is not on the board`);
    const own = prefixed(this.output, task.padEnd(this.width), index);
    const change = (state: State, last: string) => {
      row.state = state;
      row.last = last;
      this.view?.changed();
    };
    return {
      spawned: (pod) => {
        row.since ??= Date.now();
        if (row.state === 'queued') change('waiting', pod);
      },
      waits: (reason) => {
        change('waiting', reason);
        own.err(`waits: ${plainLine(reason)}`);
      },
      line: (raw) => {
        const text = plain(raw);
        change('running', text);
        own.out(text);
      },
      note: (text) => own.err(plainLine(text)),
      ready: () => this.terminal.ready?.(),
      ended: (outcome, message) => {
        row.until = Date.now();
        change(outcome, message);
        own.out(`${paint(this.terminal, outcome === 'delivered' ? 'green' : 'red', outcome)}: ${plainLine(message)}`);
      },
    };
  }

  /** Leaves the terminal as any program does; what was shown stays in its history. */
  close(): void {
    this.view?.close();
  }

  /** Tasks at work first, then those that ended badly, then the next ones: what does not fit is counted. */
  private table(most: number): string[] {
    const rank = ({ state }: Row) =>
      state === 'running' || state === 'waiting' ? 0 : state === 'queued' ? 2 : state === 'delivered' ? 3 : 1;
    const ranked = [...this.rows].sort((a, b) => rank(a) - rank(b)).slice(0, most);
    const shown = this.rows.filter((row) => ranked.includes(row));
    const cells = shown.map(({ task, state, since, until = Date.now(), branch, last }) => [
      task,
      state,
      since === undefined ? '' : age(until - since),
      plainLine(branch),
      plainLine(last),
    ]);
    const hidden = this.rows.length - shown.length;
    return [
      ...formatTable([['TASK', 'STATE', 'AGE', 'BRANCH', 'LAST LINE'], ...cells]).split('\n'),
      ...(hidden > 0 ? [`… and ${hidden} more`] : []),
    ];
  }
}
