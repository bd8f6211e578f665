import { age } from '../../../run/age.js';
import { plainLine, toJson } from '../../../run/printable.js';
import { compareRuns, type RunRecord } from '../../runs/run-record.js';
import { costOf, tokensOf } from '../../terminal/amounts.js';
import { formatRow, formatTable, widthsOf } from '../../terminal/table.js';
import type { Terminal } from '../../terminal/terminal.js';

/** How runs are shown. */
export interface PsView {
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
  readonly headers: boolean;
  /** Whether the table has a column for the namespace. */
  readonly namespaces: boolean;
}

type Column = readonly [head: string, cell: (record: RunRecord) => string];

const NONE = '<none>';
const COLUMNS: readonly Column[] = [
  ['TASK', ({ task }) => task],
  ['FEATURE', ({ feature }) => feature],
  ['STATE', ({ state }) => state],
  ['AGE', ({ created }) => (created ? age(Date.now() - Date.parse(created)) : '<unknown>')],
  ['BRANCH', ({ branch }) => branch],
  ['POD', ({ pod }) => pod],
];
const WIDE: readonly Column[] = [
  ['ATTEMPT', ({ attempt }) => String(attempt)],
  ['EGRESS', ({ egress }) => egress ?? NONE],
  ['TOKENS', ({ result }) => tokensOf(result?.tokens) || NONE],
  ['COST', ({ result }) => costOf(result?.cost) || NONE],
  ['CREATED BY', ({ createdBy }) => createdBy ?? NONE],
  ['MESSAGE', ({ message }) => message ?? NONE],
];

/** Prints runs in the form that the user chose. */
export class PsPrinter {
  private readonly columns: readonly Column[];
  private widths: number[] | undefined;
  /** What was printed last about each pod: a status may change in parts that are not shown. */
  private readonly printed = new Map<string, string>();

  constructor(
    private readonly view: PsView,
    private readonly terminal: Terminal,
  ) {
    this.columns = [
      ...(view.namespaces ? [['NAMESPACE', ({ namespace }: RunRecord) => namespace] as const] : []),
      ...COLUMNS,
      ...(view.output === 'wide' ? WIDE : []),
    ];
  }

  /** @param where the place to name when there are no runs */
  async list(records: readonly RunRecord[], where: string): Promise<void> {
    const items = [...records].sort(compareRuns);
    const { output, headers } = this.view;
    if (output === 'json') return this.terminal.out(toJson({ kind: 'RunList', items }, 2));
    if (output === 'yaml') return this.terminal.out(await yaml({ kind: 'RunList', items }));
    if (items.length === 0) return this.terminal.err(`no runs ${where}`);
    if (output === 'name') return this.terminal.out(items.map(({ pod }) => `pod/${pod}`).join('\n'));
    const rows = items.map((record) => this.row(record));
    this.terminal.out(formatTable(headers ? [this.head(), ...rows] : rows));
  }

  /** Prints the runs that look different from when they were last printed. */
  async changes(records: readonly RunRecord[]): Promise<void> {
    const { output, headers } = this.view;
    const changed = [...records].sort(compareRuns).filter((record) => this.isNews(record));
    if (output === 'table' || output === 'wide') {
      const rows = changed.map((record) => this.row(record));
      if (rows.length === 0) return;
      const first = this.widths === undefined;
      // Later lines keep the column widths of the first ones, as in kubectl.
      this.widths ??= widthsOf([this.head(), ...rows]);
      for (const row of first && headers ? [this.head(), ...rows] : rows) {
        this.terminal.out(formatRow(row, this.widths));
      }
      return;
    }
    for (const record of changed) {
      if (output === 'json') this.terminal.out(toJson(record));
      else if (output === 'yaml') this.terminal.out(`---\n${await yaml(record)}`);
      else this.terminal.out(`pod/${record.pod}`);
    }
  }

  private isNews(record: RunRecord): boolean {
    const key = `${record.namespace}/${record.pod}`;
    const text = JSON.stringify(record);
    if (this.printed.get(key) === text) return false;
    this.printed.set(key, text);
    return true;
  }

  private head(): string[] {
    return this.columns.map(([head]) => head);
  }

  private row(record: RunRecord): string[] {
    return this.columns.map(([, cell]) => plainLine(cell(record)));
  }
}

const yaml = async (value: object): Promise<string> => (await import('../../dry-run/yaml.js')).toYaml(value);
