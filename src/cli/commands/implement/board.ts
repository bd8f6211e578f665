import { age } from '../../../run/age.js';
import type { OutcomeName } from '../../../run/outcomes.js';
import { plain, plainLine } from '../../../run/printable.js';
import type { Result } from '../../../run/result.js';
import type { Merged } from '../../git/integration.js';
import { LiveView } from '../../terminal/live-view.js';
import { formatTable } from '../../terminal/table.js';
import { paint, prefixed, type Screen, type Terminal } from '../../terminal/terminal.js';
import { padded, widthOf } from '../../terminal/width.js';

type State = 'queued' | 'waiting' | 'running' | OutcomeName;

interface Row {
  readonly task: string;
  readonly branch: string;
  state: State;
  /** When its pod was spawned, in milliseconds since 1970. */
  since?: number;
  until?: number;
  last: string;
}

/** What is shown of a run's end. */
export interface ShownEnd {
  readonly outcome: OutcomeName;
  readonly message: string;
  readonly pod: string;
  readonly result?: Result;
}

/** What the user, or a program, sees of a feature while pods do its tasks. */
export interface Shown {
  /** Shows a line that belongs to no task. */
  say(text: string): void;
  /** These tasks begin now, from a commit. */
  wave(tasks: readonly string[], base: string): void;
  merged(done: Merged): void;
  /** What belongs to one task. */
  of(task: string): TaskShow;
  close(): void;
}

/** What the user sees of one task. */
export interface TaskShow {
  spawned(pod: string): void;
  waits(reason: string): void;
  line(text: string): void;
  note(text: string): void;
  ended(end: ShownEnd): void;
  /** Resolves when more can be shown; undefined if it can be shown now. */
  ready(): Promise<unknown> | undefined;
}

/** Under `script` or `docker exec -t` a terminal may report 0 × 0. No table fits on that. */
const hasSize = (screen: Screen): boolean => screen.rows() > 0 && screen.columns() > 0;

/** How many rows of a screen the table may take; the log gets the others. */
const share = (rows: number): number => Math.max(3, Math.floor(rows / 2) - 2);

/** All tasks and their logs: a table above the log on a terminal, plain lines with the task in front elsewhere. */
export class Board implements Shown {
  private readonly rows: Row[];
  private readonly view: LiveView | undefined;
  private readonly output: Terminal;
  private readonly width: number;

  constructor(
    tasks: readonly { readonly task: string; readonly branch: string }[],
    private readonly terminal: Terminal,
  ) {
    this.rows = tasks.map((task) => ({ ...task, state: 'queued', last: '' }));
    this.width = Math.max(0, ...tasks.map(({ task }) => widthOf(task)));
    const { screen } = terminal;
    this.view = screen && hasSize(screen) ? new LiveView(screen, (rows) => this.table(share(rows))) : undefined;
    const view = this.view;
    this.output = view ? { ...terminal, out: (text) => view.line(text), err: (text) => view.line(text) } : terminal;
  }

  say(text: string): void {
    this.output.err(text);
  }

  // The rows of the tasks show both.
  wave(): void {}
  merged(): void {}

  of(task: string): TaskShow {
    const index = this.rows.findIndex((row) => row.task === task);
    const row = this.rows[index];
    if (!row) throw new Error(`task ${task} is not on the board`);
    const own = prefixed(this.output, padded(task, this.width), index);
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
      ended: ({ outcome, message }) => {
        row.until = Date.now();
        change(outcome, message);
        own.out(`${paint(this.terminal, outcome === 'delivered' ? 'green' : 'red', outcome)}: ${plainLine(message)}`);
      },
    };
  }

  /** Gives the terminal back. Its history keeps everything that was shown. */
  close(): void {
    this.view?.close();
  }

  /** Shows the tasks at work first, then those that failed, then the queued ones. Tasks that do not fit are counted. */
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
