import { execFile } from 'node:child_process';
import type { Api } from '../cluster/api.js';
import { type EndedRun, followRun } from '../cluster/follow.js';
import type { Runs } from '../cluster/runs.js';
import { OUTCOMES } from '../run/outcomes.js';
import { attemptName, type PlannedRun } from '../run/request.js';
import { parseResult } from '../run/result.js';
import { EXIT, paint, type Terminal } from './terminal.js';

/** Streams a run's log and says how it ended. Returns the outcome's exit code. */
export async function followToEnd(
  api: Api,
  runs: Runs,
  planned: PlannedRun,
  attempt: number,
  repo: string,
  terminal: Terminal,
): Promise<number> {
  const ended = await followPod(api, runs, attemptName(planned, attempt), terminal);
  if (ended.outcome !== 'delivered') return OUTCOMES[ended.outcome].exitCode;
  const commit = ended.result?.commit ?? '';
  const branch = planned.input.taskBranch;
  const seen = await remoteCommit(repo, branch);
  terminal.out(
    seen === commit
      ? `confirmed: ${branch} is ${commit} at ${planned.input.repository}`
      : `reported, not confirmed: your git ${seen ? `sees ${seen} on ${branch}` : `could not read ${branch}`}`,
  );
  return OUTCOMES.delivered.exitCode;
}

/** Streams a pod's log, whoever spawned it, and prints the outcome. */
export async function followPod(api: Api, runs: Runs, name: string, terminal: Terminal): Promise<EndedRun> {
  const detach = () => {
    terminal.err(`detached; the run goes on. To see it again: tail-logs ${name} -n ${runs.namespace}`);
    process.exit(EXIT.detached);
  };
  process.once('SIGINT', detach);
  const ended = await followRun(api, runs, name, {
    // The last line of the log is the result, which is told in words below.
    line: (text) => parseResult(text) ?? terminal.out(text),
    waiting: (reason) => terminal.err(`${name} waits: ${reason}`),
    resumed: (reason) => terminal.err(`${reason}; taking the log up again`),
  });
  process.off('SIGINT', detach);
  const { outcome, message } = ended;
  const delivered = outcome === 'delivered';
  terminal.out(`${paint(terminal, delivered ? 'green' : 'red', outcome)}: ${message}`);
  if (delivered) terminal.out(`commit ${ended.result?.commit} on branch ${ended.result?.branch}`);
  else terminal.out(`next: ${OUTCOMES[outcome].action}`);
  return ended;
}

/** What the user's own git sees on the remote's branch; undefined when it sees nothing within ten seconds. */
function remoteCommit(repo: string, branch: string): Promise<string | undefined> {
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: process.env.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes',
  };
  return new Promise((resolve) => {
    const args = ['ls-remote', '--', repo, `refs/heads/${branch}`];
    const child = execFile('git', args, { env, timeout: 10_000 }, (error, stdout) => {
      resolve(error ? undefined : stdout.split('\t')[0] || undefined);
    });
    child.stdin?.end();
  });
}
