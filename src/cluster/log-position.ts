import { CONTAINER } from '../run/metadata.js';

/** Where the log of a run is begun. Default: at its beginning. */
export interface LogStart {
  /** So many lines before its end. */
  readonly tailLines?: number;
  /** So many seconds ago. */
  readonly sinceSeconds?: number;
  /** Behind what was read before. */
  readonly after?: LogMark;
}

/** How far a log has been read. */
export interface LogMark {
  /** Time stamp of the last line, as the node wrote it. */
  readonly time: string;
  /** Lines of that time stamp that were read. */
  readonly count: number;
  /** Where the node's clock was set back: times behind it that were read since, in one second, with how many lines of each. */
  readonly late?: readonly (readonly [time: string, count: number])[];
}

/** A line of a log. */
export interface LogLine {
  /** As the node wrote it; of the kubelet's own words there is none. */
  readonly time?: string;
  readonly text: string;
  /** Lines are missing before it: what was read last is in the log no more. */
  readonly gap: boolean;
}

/** How far a log has been read. Time stamps may repeat, so that the lines of the last one are counted. */
export class LogPosition {
  private readonly start: LogStart;
  /** As the node wrote it, which may be in any zone. */
  private time = '';
  private instant = 0;
  private count = 0;
  private skip = 0;
  /** Time of the line that was read last: a node's clock that was set back puts it before the others. */
  private last = 0;
  /** How many lines of each time were read behind the latest, in the second of the last one. */
  private behind = new Map<string, number>();
  /** Those of them that are still to come again. */
  private again = new Map<string, number>();
  /** Whether the line that was read last has to come again before any other. */
  private expected = false;
  /** Whether a line with a time stamp has come since the log was asked for. */
  private begun = false;

  constructor(start: LogStart = {}) {
    this.start = start;
    if (!start.after) return;
    this.time = start.after.time;
    this.instant = this.last = Date.parse(start.after.time);
    this.count = start.after.count;
    const [late] = start.after.late ?? [];
    if (!late) return;
    this.behind = new Map(start.after.late);
    this.last = Date.parse(late[0]);
  }

  /** How far it was read; undefined for nothing at all. */
  mark(): LogMark | undefined {
    if (!this.time) return undefined;
    return { time: this.time, count: this.count, ...(this.behind.size > 0 && { late: [...this.behind] }) };
  }

  /** Query for what comes after: the API server takes whole seconds, so that some lines come again. */
  query(): string {
    this.skip = this.count;
    this.again = new Map(this.behind);
    this.expected = this.count > 0;
    this.begun = false;
    const { tailLines, sinceSeconds } = this.start;
    const begin = Object.entries({ tailLines, sinceSeconds })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `&${name}=${value}`);
    const seconds = new Date(secondOf(this.last) * 1000).toISOString();
    const since = this.time ? `&sinceTime=${encodeURIComponent(seconds)}` : begin.join('');
    return `follow=true&timestamps=true&container=${CONTAINER}${since}`;
  }

  /** The line without its time stamp, or undefined when it was read before. */
  take(line: string): LogLine | undefined {
    const end = line.indexOf(' ');
    const time = line.slice(0, end === -1 ? line.length : end);
    const instant = Date.parse(time);
    if (Number.isNaN(instant)) return this.isRest(line) ? undefined : { text: line, gap: false };
    this.begun = true;
    const text = end === -1 ? '' : line.slice(end + 1);
    if (instant < this.instant || (instant === this.instant && fraction(time) < fraction(this.time))) {
      // Behind what was read last it is new: the node's clock was set back.
      return this.expected || this.skip > 0 || this.cameAgain(time) ? undefined : this.late(time, instant, text);
    }
    if (time === this.time && this.skip > 0) {
      this.skip -= 1;
      this.expected = false;
      return undefined;
    }
    const gap = this.expected;
    this.expected = false;
    this.count = time === this.time ? this.count + 1 : 1;
    this.skip = 0;
    this.time = time;
    this.instant = this.last = instant;
    this.behind.clear();
    return { time, text, gap };
  }

  private cameAgain(time: string): boolean {
    const left = this.again.get(time) ?? 0;
    if (left > 0) this.again.set(time, left - 1);
    return left > 0;
  }

  /** A line after the clock was set back. The latest time stays the one to know the place by. */
  private late(time: string, instant: number, text: string): LogLine {
    if (secondOf(instant) !== secondOf(this.last)) this.behind.clear();
    this.behind.set(time, (this.behind.get(time) ?? 0) + 1);
    this.last = instant;
    return { time, text, gap: false };
  }

  /**
   * A long line is written in pieces, each with its own time; of one that began before the time that was asked for, the
   * kubelet gives the last pieces, without any time. The kubelet's own words about a log that it cannot read have none, too.
   */
  private isRest(line: string): boolean {
    return this.time !== '' && !this.begun && !KUBELET.test(line);
  }
}

const KUBELET = /^(unable to retrieve|failed to|rpc error|error)/i;

const secondOf = (instant: number): number => Math.floor(instant / 1000);

/** Of a second, to the nanosecond: Go leaves zeros at its end away. */
const fraction = (time: string): string => (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0');
