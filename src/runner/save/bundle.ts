import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_STEP, formatBundle } from '../../run/bundle.js';
import type { Log } from '../process/log.js';
import type { Job } from '../start/job.js';

/** The largest bundle in the log, in bytes. Nodes rotate a log at 10 MiB by default. */
const MOST = 4 * 1024 * 1024;

/**
 * Writes a commit to the log, as a bundle from which `agent-runner recover` makes a branch. The log outlives the pod's
 * containers.
 * @returns why the log cannot take it; undefined if it has it
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
  // Base64 may look like a token by chance. The log would redact that, and the bundle would be useless.
  if (lines.some((line) => log.redact(line) !== line)) return 'the work as text looks as if it held a credential';
  for (const line of lines) log.say(BUNDLE_STEP, line);
  return undefined;
}
