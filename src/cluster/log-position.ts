import { CONTAINERS } from '../run/metadata.js';

/** Where reading the log of a run starts. Default: at its beginning. */
export interface LogStart {
  /** This many lines before its end. */
  readonly tailLines?: number;
  /** This many seconds ago. */
  readonly sinceSeconds?: number;
  /** After this mark. */
  readonly after?: LogMark;
}

/** How far a log has been read. */
export interface LogMark {
  /** Timestamp of the last line, as the node wrote it. */
  readonly time: string;
  /** The number of lines with that timestamp that were read. */
  readonly count: number;
  /**
   * For a node whose clock was set back: the earlier timestamps that were read since, all within one second, each with
   * its number of lines.
   */
  readonly late?: readonly (readonly [time: string, count: number])[];
}

/** A line of a log. */
export interface LogLine {
  /** The timestamp as the node wrote it. Messages of the kubelet have none. */
  readonly time?: string;
  readonly text: string;
  /** Lines are missing before this one: the last line that was read is no longer in the log. */
  readonly gap: boolean;
}

/** How far a log has been read. Several lines may have the same timestamp, so those of the last one are counted. */
export class LogPosition {
  private readonly start: LogStart;
  /** The latest timestamp as the node wrote it, in any time zone. */
  private time = '';
  private instant = 0;
  private count = 0;
  private skip = 0;
  /** Time of the line that was read last. It is before `instant` if the node's clock was set back. */
  private last = 0;
  /** The number of lines read for each timestamp before the latest, within the second of `last`. */
  private behind = new Map<string, number>();
  /** The number of these lines that the next answer will repeat. */
  private again = new Map<string, number>();
  /** Whether the answer has to begin with the last line that was read. */
  private expected = false;
  /** Whether the present answer has had a line with a timestamp. */
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

  /** How far the log was read, or undefined if nothing was read. */
  mark(): LogMark | undefined {
    if (!this.time) return undefined;
    return { time: this.time, count: this.count, ...(this.behind.size > 0 && { late: [...this.behind] }) };
  }

  /** The query for the following lines. The API server takes only whole seconds, so some lines are repeated. */
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
    return `follow=true&timestamps=true&container=${CONTAINERS.runner}${since}`;
  }

  /** The line without its timestamp, or undefined if it was read before. */
  take(line: string): LogLine | undefined {
    const end = line.indexOf(' ');
    const time = line.slice(0, end === -1 ? line.length : end);
    const instant = Date.parse(time);
    if (Number.isNaN(instant)) return this.isRest(line) ? undefined : { text: line, gap: false };
    this.begun = true;
    const text = end === -1 ? '' : line.slice(end + 1);
    if (instant < this.instant || (instant === this.instant && fraction(time) < fraction(this.time))) {
      // All repeated lines have come, so this line is new although it is earlier: the node's clock was set back.
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

  /** A line after the clock was set back. The position still refers to the latest time. */
  private late(time: string, instant: number, text: string): LogLine {
    if (secondOf(instant) !== secondOf(this.last)) this.behind.clear();
    this.behind.set(time, (this.behind.get(time) ?? 0) + 1);
    this.last = instant;
    return { time, text, gap: false };
  }

  /**
   * A long line is stored in pieces, each with its own timestamp. If such a line began before the requested time, the
   * kubelet sends its last pieces without a timestamp. The kubelet's messages about an unreadable log have no timestamp
   * either.
   */
  private isRest(line: string): boolean {
    return this.time !== '' && !this.begun && !KUBELET.test(line);
  }
}

const KUBELET = /^(unable to retrieve|failed to|rpc error|error)/i;

const secondOf = (instant: number): number => Math.floor(instant / 1000);

/** The fraction of a second in nanoseconds. Go omits trailing zeros, so they are added. */
const fraction = (time: string): string => (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0');
