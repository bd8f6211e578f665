import { createHash } from 'node:crypto';
import { checkBranch } from './branch.js';

/** The step name of the log lines that carry a bundle. */
export const BUNDLE_STEP = 'bundle';

/** Bytes of a bundle per line of the log. */
const LINE = 6000;

/** Git gets the branch and the commits as arguments, so the pattern must match the whole line. */
const BEGIN = /^begin (\S+) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (\d+) (\d+) ([0-9a-f]{64})$/;

/** Work that could not be pushed, as a Git bundle in the log. */
export interface Bundle {
  readonly branch: string;
  readonly commit: string;
  /** The commit that the bundle builds on. A repository needs it to fetch from the bundle. */
  readonly start: string;
  readonly bytes: Buffer;
}

/** The log lines that carry a bundle. */
export function formatBundle({ branch, commit, start, bytes }: Bundle): string[] {
  const count = Math.ceil(bytes.length / LINE);
  const lines = Array.from({ length: count }, (_, index) => {
    const part = bytes.subarray(index * LINE, (index + 1) * LINE);
    return `${index + 1} ${part.toString('base64')}`;
  });
  return [`begin ${[branch, commit, start, bytes.length, count, sha256(bytes)].join(' ')}`, ...lines, 'end'];
}

/**
 * The last bundle in a run's log, or undefined if there is none.
 * @param log in either format
 * @param branch only bundles for this branch. Default: any branch
 * @throws Error when lines of the bundle are missing or changed
 */
export function parseBundle(log: string, branch?: string): Bundle | undefined {
  const lines = log.split('\n').flatMap((line) => bundleText(line) ?? []);
  const begin = lines.findLastIndex((line) => {
    const [, name] = BEGIN.exec(line) ?? [];
    return name !== undefined && (branch === undefined || name === branch);
  });
  if (begin === -1) {
    if (lines.length > 0 && !BEGIN.test(lines[0] ?? ''))
      throw new Error('the log has only the end of a bundle: the node has rotated the beginning away');
    return undefined;
  }
  const [, name = '', commit = '', start = '', length, count, hash] = BEGIN.exec(lines[begin] ?? '') ?? [];
  checkBranch(name, 'the branch of the bundle');
  const parts = lines.slice(begin + 1, begin + 1 + Number(count)).map((line, index) => {
    const [number, data = ''] = line.split(' ');
    if (Number(number) !== index + 1) throw new Error(`line ${index + 1} of ${count} of the bundle is missing`);
    return Buffer.from(data, 'base64');
  });
  const bytes = Buffer.concat(parts);
  if (parts.length !== Number(count) || bytes.length !== Number(length) || sha256(bytes) !== hash) {
    throw new Error(`the bundle is not whole: ${parts.length} of ${count} lines, ${bytes.length} of ${length} bytes`);
  }
  return { branch: name, commit, start, bytes };
}

/** Whether a line of a run's log belongs to a bundle. People do not read such lines. */
export const isBundleLine = (line: string): boolean => bundleText(line) !== undefined;

function bundleText(line: string): string | undefined {
  const text = /^bundle +\| (.*)$/.exec(line);
  if (text) return text[1];
  if (!line.startsWith('{')) return undefined;
  try {
    const { step, message } = JSON.parse(line) as { step?: unknown; message?: unknown };
    return step === BUNDLE_STEP && typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
