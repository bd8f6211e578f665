import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_STEP, formatBundle } from '../run/bundle.js';
import type { Job } from './commit.js';
import type { Log } from './log.js';

/** Most bytes of a bundle in the log, which nodes rotate at 10 MiB by default. */
const MOST = 4 * 1024 * 1024;

/**
 * Writes a commit to the log, as a bundle that `agent-runner recover` makes a branch of: the log is what is left of a pod
 * that has ended.
 * @returns why it cannot be there; undefined when it is
 */
export async function putIntoLog(
  { git, clone }: Job,
  repository: string,
  branch: string,
  commit: string,
  log: Log,
): Promise<string | undefined> {
  const file = join(repository, 'work.bundle');
  await git.run(repository, ['update-ref', `refs/heads/${branch}`, commit]);
  await git.run(repository, ['bundle', 'create', '--quiet', file, `refs/heads/${branch}`, `^${clone.start}`]);
  const { size } = statSync(file);
  if (size > MOST)
    return `the work has ${(size / 1024 / 1024).toFixed(1)} MiB, and the log takes ${MOST / 1024 / 1024}`;
  const lines = formatBundle({ branch, commit, start: clone.start, bytes: readFileSync(file) });
  // Chance can put what looks like a token into base64, and a bundle with a hole is none.
  if (lines.some((line) => log.redact(line) !== line)) return 'the work as text looks as if it held a credential';
  for (const line of lines) log.say(BUNDLE_STEP, line);
  return undefined;
}
