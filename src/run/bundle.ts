import { createHash } from 'node:crypto';
import { checkBranch } from './branch.js';

/** The log's step under which a bundle is written. */
export const BUNDLE_STEP = 'bundle';

/** Bytes of a bundle per line of the log. */
const LINE = 6000;

/** Git gets what stands here as arguments: it must be nothing else. */
const BEGIN = /^begin (\S+) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (\d+) (\d+) ([0-9a-f]{64})$/;

/** Work that could not be pushed, as a Git bundle in the log. */
export interface Bundle {
  readonly branch: string;
  readonly commit: string;
  /** What the commit is made on: whoever takes the bundle must have it. */
  readonly start: string;
  readonly bytes: Buffer;
}

/** What the log's lines say of a bundle. */
export function formatBundle({ branch, commit, start, bytes }: Bundle): string[] {
  const count = Math.ceil(bytes.length / LINE);
  const lines = Array.from({ length: count }, (_, index) => {
    const part = bytes.subarray(index * LINE, (index + 1) * LINE);
    return `${index + 1} ${part.toString('base64')}`;
  });
  return [`begin ${[branch, commit, start, bytes.length, count, sha256(bytes)].join(' ')}`, ...lines, 'end'];
}

/**
 * The bundle in a run's log, the last one if there are several; undefined when there is none.
 * @param log in either format
 * @throws Error when lines of it are missing or changed
 */
export function parseBundle(log: string): Bundle | undefined {
  const lines = log.split('\n').flatMap((line) => bundleText(line) ?? []);
  const begin = lines.findLastIndex((line) => BEGIN.test(line));
  if (begin === -1) {
    if (lines.length > 0) throw new Error('the log holds the end of a bundle alone: it was rotated meanwhile');
    return undefined;
  }
  const [, branch = '', commit = '', start = '', length, count, hash] = BEGIN.exec(lines[begin] ?? '') ?? [];
  checkBranch(branch, 'the branch of the bundle');
  const parts = lines.slice(begin + 1, begin + 1 + Number(count)).map((line, index) => {
    const [number, data = ''] = line.split(' ');
    if (Number(number) !== index + 1) throw new Error(`line ${index + 1} of ${count} of the bundle is missing`);
    return Buffer.from(data, 'base64');
  });
  const bytes = Buffer.concat(parts);
  if (parts.length !== Number(count) || bytes.length !== Number(length) || sha256(bytes) !== hash) {
    throw new Error(`the bundle is not whole: ${parts.length} of ${count} lines, ${bytes.length} of ${length} bytes`);
  }
  return { branch, commit, start, bytes };
}

/** Whether a line of a run's log is a part of a bundle, which nobody reads. */
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
