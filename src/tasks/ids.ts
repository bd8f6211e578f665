import type { Reference } from './depends.js';

/** The largest range of ids. Without a limit, each short line could name all tasks of a long list. */
export const WIDEST_RANGE = 100;
const PARTS = /^(.*?)(\d+)([a-z]?)$/s;

/** Finds the list's ids for the ids in a text. */
export class Ids {
  private readonly bySpelling = new Map<string, string>();
  private readonly series = new Map<string, { number: number; id: string }[]>();

  /** @param ids of the list's tasks */
  constructor(ids: Iterable<string>) {
    const all = new Set(ids);
    for (const id of all) {
      if (!this.bySpelling.has(id.toLowerCase())) this.bySpelling.set(id.toLowerCase(), id);
      const { prefix, number } = parts(id);
      const series = this.series.get(prefix) ?? [];
      series.push({ number, id });
      this.series.set(prefix, series);
    }
    for (const id of all) this.bySpelling.set(id, id);
    for (const series of this.series.values()) series.sort((a, b) => a.number - b.number);
  }

  /** The list's id: as written, or one that differs only in case. */
  find(id: string): string | undefined {
    return this.bySpelling.get(id) ?? this.bySpelling.get(id.toLowerCase());
  }

  /**
   * The ids of a reference, and those that the list does not have. A range that returns more than {@link WIDEST_RANGE}
   * ids was too wide.
   */
  resolve({ from, to }: Reference): { known: string[]; unknown: string[] } {
    const ends = (to === undefined ? [from] : [from, to]).map((id) => ({ id, found: this.find(id) }));
    const unknown = ends.filter(({ found }) => found === undefined).map(({ id }) => id);
    const known = ends.flatMap(({ found }) => found ?? []);
    return { known: to === undefined ? known : [...new Set([...this.between(from, to), ...known])], unknown };
  }

  private between(from: string, to: string): string[] {
    const [low, high] = [parts(from), parts(to)];
    const series = this.series.get(low.prefix) ?? [];
    const start = firstAtLeast(series, low.number);
    const found: string[] = [];
    for (const { number, id } of series.slice(start, start + WIDEST_RANGE + 1)) {
      const inside = (number > low.number || parts(id).suffix >= low.suffix) && number <= high.number;
      if (inside && (number < high.number || high.suffix === '' || parts(id).suffix <= high.suffix)) found.push(id);
    }
    return found;
  }
}

/** The first position in a sorted series with at least this number. */
function firstAtLeast(series: readonly { number: number }[], wanted: number): number {
  let [low, high] = [0, series.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series[middle]?.number ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function parts(id: string): { prefix: string; number: number; suffix: string } {
  const [, prefix = id, number = '0', suffix = ''] = PARTS.exec(id) ?? [];
  return { prefix: prefix.toUpperCase(), number: Number(number), suffix };
}
