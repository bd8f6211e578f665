import type { LogStart } from '../cluster/log-position.js';
import type { Pod } from '../cluster/pod.js';
import type { Runs } from '../cluster/runs.js';
import { ANNOTATIONS } from '../run/metadata.js';
import { OUTCOMES } from '../run/outcomes.js';
import { InputError } from '../run/problems.js';
import { chooseRuns } from './choose-runs.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { commandLine, givenAgain } from './command-line.js';
import { detachable, followPod } from './follow.js';
import { type LogCursor, parseCursor } from './log-cursor.js';
import { JsonPrinter, TextPrinter } from './log-printer.js';
import { type Limits, type ReadRun, readLogs } from './read-logs.js';
import { EXIT, ledBy, type Terminal } from './terminal.js';

const HELP = `Streams the logs of runs to their ends, and exits with the outcome.

Usage:
  tail-logs [pod|task|feature ...] [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Examples:
  tail-logs T003
  tail-logs T003 T004
  tail-logs 001-login --grep 'error|result'
  tail-logs agent-t003-0a1b2c3d4e-1 -n agent-runner-dev
  NAMESPACE=agent-runner-prod tail-logs

Flags:
  --tail N         begin N lines before the end
  --since TIME     begin so long ago: 90s, 5m, 2h
  --grep PATTERN   only lines with this regular expression; how a run ended is always shown
  --json           an object a line: {task, pod, time, line}, or with note, or with outcome and message

For callers whose time or memory is limited: prints what is new, then how the runs stand (with --json by pod), and a cursor
for the next call.
  --since-cursor C   go on where the last call ended, without words with its runs alone; '' begins
  --max-seconds N    come back after so long at most (default: 30)
  --max-bytes M      come back with the line that makes it M bytes (default: 65536)

A task stands for its newest attempt, a feature for all of its runs; without any of them all runs that are alive are followed. A
pod's name may be given without its hex. Of several runs each line is led by its task.
Exit codes: as spawn-task --follow; of several runs 0 when all delivered, else that of the first that did not.`;

export const TAIL_OPTIONS = {
  ...CLUSTER_OPTIONS,
  tail: { type: 'string' },
  since: { type: 'string' },
  grep: { type: 'string' },
  json: { type: 'boolean' },
  'since-cursor': { type: 'string' },
  'max-seconds': { type: 'string' },
  'max-bytes': { type: 'string' },
} as const;

/** Those that say what is shown. */
const OWN_FLAGS = ['tail', 'since', 'grep', 'json'];

/** `tail-logs`: follows runs. Returns the exit code. */
export function tailLogs(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'tail-logs', help: HELP, options: TAIL_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      const text = (name: keyof typeof TAIL_OPTIONS) => flags[name] as string | undefined;
      const start = { ...tailOf(text('tail')), ...sinceOf(text('since')) };
      const pattern = patternOf(text('grep'));
      const json = flags.json === true;
      const bounds = boundsOf(text);
      return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
        if (bounds) {
          const pods = await podsFor(positionals, bounds.cursor, runs);
          const wanted = printersOf(pods, runs, terminal, json);
          return readLogs(api, runs, wanted, bounds.cursor, bounds, pattern, { ...terminal, json });
        }
        const pods = chooseRuns(positionals, await runs.all(), runs);
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
  );
}

/**
 * A run that has ended does not keep the caller of a cursor from reading its rest. Without words the cursor's runs are
 * meant, and no others. One of them whose pod is deleted by now is told of as gone, with words and without.
 */
async function podsFor(words: readonly string[], cursor: LogCursor, runs: Runs): Promise<Pod[]> {
  const all = await runs.all();
  const known = all.filter(({ metadata }) => cursor.has(metadata.name));
  const there = new Set(known.map(({ metadata }) => metadata.name));
  const deleted = [...cursor.keys()]
    .filter((name) => !there.has(name))
    .map((name): Pod => ({ metadata: { name, namespace: runs.namespace } }));
  if (words.length === 0 && cursor.size > 0) return [...known, ...deleted];
  return [...new Set([...known, ...deleted, ...chosenBesides(words, all, deleted, runs)])];
}

/** What a word means that fits no pod any more is told of by the cursor's own pods. */
function chosenBesides(words: readonly string[], all: readonly Pod[], deleted: readonly Pod[], runs: Runs): Pod[] {
  if (deleted.length === 0) return chooseRuns(words, all, runs);
  return words.flatMap((word) => {
    try {
      return chooseRuns([word], all, runs);
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
}

/** Of several runs each line is led by its task. */
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

/** The limits of a call that gives any of them. */
function boundsOf(
  text: (name: 'since-cursor' | 'max-seconds' | 'max-bytes' | 'tail' | 'since') => string | undefined,
): (Limits & { readonly cursor: LogCursor }) | undefined {
  const [word, seconds, bytes] = [text('since-cursor'), text('max-seconds'), text('max-bytes')];
  if (word === undefined && seconds === undefined && bytes === undefined) return undefined;
  if (text('tail') !== undefined || text('since') !== undefined)
    throw new InputError(['--tail and --since do not go with a cursor: it says where to begin']);
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

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

function sinceOf(value: string | undefined): LogStart {
  if (value === undefined) return {};
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const seconds = Number(number) * SECONDS[(unit ?? 's') as keyof typeof SECONDS];
  if (!(seconds > 0)) throw new InputError([`--since "${value}" is not a time, like 90s, 5m or 2h`]);
  return { sinceSeconds: seconds };
}

function patternOf(value: string | undefined): RegExp {
  if (value === undefined) return /(?:)/;
  try {
    return new RegExp(value);
  } catch (error) {
    throw new InputError([`--grep "${value}" is no regular expression: ${(error as Error).message}`]);
  }
}
