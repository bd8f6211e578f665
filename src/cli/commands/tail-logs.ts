import type { LogStart } from '../../cluster/log-position.js';
import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';
import { parseDuration } from '../../run/age.js';
import { ANNOTATIONS } from '../../run/metadata.js';
import { OUTCOMES } from '../../run/outcomes.js';
import { InputError } from '../../run/problems.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { commandLine, givenAgain } from '../line/command-line.js';
import type { Flags, OptionSpecs } from '../line/options.js';
import { detachable, followPod } from '../logs/follow.js';
import { type LogCursor, parseCursor } from '../logs/log-cursor.js';
import { JsonPrinter, TextPrinter } from '../logs/log-printer.js';
import { type Bounds, type ReadRun, readLogs } from '../logs/read-logs.js';
import { chooseRuns } from '../runs/choose-runs.js';
import { withRuns } from '../runs/cluster.js';
import { FEATURE_OPTION } from '../runs/feature.js';
import type { Place } from '../runs/own-feature.js';
import { EXIT, ledBy, type Terminal } from '../terminal/terminal.js';

const CALLER = 'For callers with limited time or memory';

const OPTIONS = {
  tail: { type: 'string', placeholder: 'N', description: 'begin N lines before the end' },
  since: { type: 'string', placeholder: 'TIME', description: 'begin this long ago: 90s, 5m, 1h30m' },
  grep: {
    type: 'string',
    placeholder: 'PATTERN',
    description: "only lines that match this regular expression; a run's outcome is always shown",
  },
  json: {
    type: 'boolean',
    description: 'one object per line: {task, pod, time, line}, or with note, or with outcome and message',
  },
  'since-cursor': {
    type: 'string',
    placeholder: 'C',
    group: CALLER,
    description:
      'print the lines since the call that printed this cursor, then the state of the runs and a cursor for the next ' +
      "call. '' starts at the beginning. Without a pod, task or feature, only the cursor's runs are read",
  },
  'max-seconds': {
    type: 'string',
    placeholder: 'N',
    group: CALLER,
    description: 'return after at most N seconds; default: 30 if another option of this group is given',
  },
  'max-bytes': {
    type: 'string',
    placeholder: 'M',
    group: CALLER,
    description: 'return after the line that reaches M bytes; default: 65536 if another option of this group is given',
  },
  ...FEATURE_OPTION,
  ...CLUSTER_OPTIONS,
} as const satisfies OptionSpecs;

/** Flags that choose what is shown. */
const OWN_FLAGS = ['tail', 'since', 'grep', 'json', 'feature'] as const;

/** `tail-logs`. */
export const tailLogs = command({
  name: 'tail-logs',
  program: 'tail-logs',
  summary: 'stream the logs of runs until they end',
  about: 'Streams the logs of runs until they end, and exits with the outcome.',
  args: '[pod|task|feature ...]',
  examples: [
    'tail-logs T003',
    'tail-logs T003 T004',
    "tail-logs 001-login --grep 'error|result'",
    'tail-logs agent-t003-0a1b2c3d4e-1 -n agent-runner-dev',
    'NAMESPACE=agent-runner-prod tail-logs',
  ],
  options: OPTIONS,
  notes: [
    'A task stands for its newest attempt, a feature for all of its runs. Without arguments, tail-logs follows all ' +
      "runs that are alive. A pod's name may be shortened, like agent-t003. With several runs, each line begins with " +
      'its task.',
  ],
  exits: ['as spawn-task --follow', 'for several runs 0 if all delivered, otherwise that of the first that did not'],
  run({ flags, positionals }, terminal) {
    const start = { ...tailOf(flags.tail), ...sinceOf(flags.since) };
    const pattern = patternOf(flags.grep);
    const { json } = flags;
    const bounds = boundsOf(flags);
    const place = { ...terminal, feature: flags.feature };
    return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
      if (bounds) {
        const pods = await podsFor(positionals, bounds.cursor, runs, place);
        const wanted = printersOf(pods, runs, terminal, json);
        return readLogs(api, runs, wanted, { ...bounds, pattern }, { ...terminal, json });
      }
      const pods = await chooseRuns(positionals, await runs.all(), runs, place);
      const again = commandLine('tail-logs', ...positionals, ...givenAgain(flags, OWN_FLAGS), ...runs.flags);
      const followed = printersOf(pods, runs, terminal, json);
      return detachable(again, terminal, async () => {
        const codes = await Promise.all(
          followed.map(async ({ pod, printer }) => {
            const ended = await followPod(api, runs, pod, printer, start, pattern);
            return ended ? OUTCOMES[ended.outcome].exitCode : EXIT.cluster;
          }),
        );
        return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
      });
    });
  },
});

/**
 * The runs to read for a cursor. Runs that have ended are included, so that the caller gets the rest of their logs.
 * Without words, only the cursor's runs are read. A run of the cursor whose pod has been deleted is always included,
 * and reported as gone.
 */
async function podsFor(words: readonly string[], cursor: LogCursor, runs: Runs, place: Place): Promise<Pod[]> {
  const all = await runs.all();
  const known = all.filter(({ metadata }) => cursor.has(metadata.name));
  const there = new Set(known.map(({ metadata }) => metadata.name));
  const deleted = [...cursor.keys()]
    .filter((name) => !there.has(name))
    .map((name): Pod => ({ metadata: { name, namespace: runs.namespace } }));
  if (words.length === 0 && place.feature === undefined && cursor.size > 0) return [...known, ...deleted];
  return [...new Set([...known, ...deleted, ...(await chosenBesides(words, all, deleted, runs, place))])];
}

/** When pods of the cursor have been deleted, a word may match none. That is no error: they are reported as gone. */
async function chosenBesides(
  words: readonly string[],
  all: readonly Pod[],
  deleted: readonly Pod[],
  runs: Runs,
  place: Place,
): Promise<Pod[]> {
  if (deleted.length === 0) return chooseRuns(words, all, runs, place);
  const chosen = words.map((word) =>
    chooseRuns([word], all, runs, place).catch((error: unknown) => {
      if (error instanceof InputError) return [];
      throw error;
    }),
  );
  return (await Promise.all(chosen)).flat();
}

/** With several runs, each line begins with its task. */
function printersOf(pods: readonly Pod[], { flags }: Runs, terminal: Terminal, json: boolean): ReadRun[] {
  const tasks = pods.map(({ metadata }) => metadata.annotations?.[ANNOTATIONS.task] ?? metadata.name);
  const terminals = ledBy(terminal, tasks);
  return pods.map(({ metadata: { name: pod } }, index) => {
    const task = tasks[index] ?? '';
    const own = terminals[index] ?? terminal;
    const printer = json ? new JsonPrinter(terminal, { task, pod }) : new TextPrinter(own, { pod, flags });
    return { task, pod, printer };
  });
}

const SECONDS_AT_ONCE = 30;
const BYTES_AT_ONCE = 65_536;

/** The cursor and the limits, if the call gives any of the three. */
function boundsOf(flags: Flags<typeof OPTIONS>): Omit<Bounds, 'pattern'> | undefined {
  const { 'since-cursor': word, 'max-seconds': seconds, 'max-bytes': bytes, tail, since } = flags;
  if (word === undefined && seconds === undefined && bytes === undefined) return undefined;
  if (tail !== undefined || since !== undefined)
    throw new InputError([
      '--tail and --since cannot be combined with a cursor or its limits: the cursor says where to begin',
    ]);
  return {
    cursor: parseCursor(word ?? ''),
    time: 1000 * numberOf('--max-seconds', seconds, SECONDS_AT_ONCE, 86_400),
    bytes: numberOf('--max-bytes', bytes, BYTES_AT_ONCE, 1 << 30),
  };
}

function numberOf(name: string, value: string | undefined, otherwise: number, most: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
  throw new InputError([`${name} "${value}" is not a whole number from 1 to ${most}`]);
}

function tailOf(value: string | undefined): LogStart {
  if (value === undefined) return {};
  if (!/^\d{1,9}$/.test(value)) throw new InputError([`--tail "${value}" is not a number of lines, like 100`]);
  return { tailLines: Number(value) };
}

/** Ten years, in seconds: no log is older. */
const LONGEST = 3650 * 86_400;

function sinceOf(value: string | undefined): LogStart {
  if (value === undefined) return {};
  const seconds = Math.ceil((parseDuration(value) ?? 0) / 1000);
  if (seconds === 0 || seconds > LONGEST) {
    throw new InputError([`--since "${value}" is not a time of at most 3650d, like 90s, 5m or 1h30m`]);
  }
  return { sinceSeconds: seconds };
}

function patternOf(value: string | undefined): RegExp {
  if (value === undefined) return /(?:)/;
  try {
    return new RegExp(value);
  } catch (error) {
    throw new InputError([`--grep "${value}" is not a regular expression: ${(error as Error).message}`]);
  }
}
