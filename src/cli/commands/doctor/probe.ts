import { renderRun } from '../../../charts/run-chart.js';
import type { Api } from '../../../cluster/api.js';
import { type EndedRun, followRun } from '../../../cluster/follow.js';
import type { Runs } from '../../../cluster/runs.js';
import { OUTCOMES } from '../../../run/outcomes.js';
import { attemptName, planRun } from '../../../run/request.js';
import type { RunSettings } from '../../../run/settings.js';
import { commandLine } from '../../line/command-line.js';
import type { Finding } from '../../terminal/finding.js';

/** What a probe needs. */
export interface Probe {
  readonly repository: string | undefined;
  readonly credential: string | undefined;
  /** The API server's name for the user. */
  readonly createdBy: string | undefined;
  /** For how long it is followed, in milliseconds. */
  readonly timeout: number;
}

/** Task id of the probe's run. */
const TASK = 'doctor';

/** Deadline of the probe's run, in seconds: an image may have to be pulled. */
const DEADLINE = 300;

/**
 * Starts an ordinary run that only checks whether its credential opens the repository, and deletes its pod afterwards.
 * @param say takes the lines of its log
 * @throws InputError when the settings do not allow the run
 */
export async function probe(
  api: Api,
  runs: Runs,
  settings: RunSettings,
  { repository, credential, createdBy, timeout }: Probe,
  say: (line: string) => void,
): Promise<Finding[]> {
  const check = 'probe';
  const bounded = { ...settings, deadlineSeconds: Math.min(settings.deadlineSeconds, DEADLINE) };
  const request = { task: TASK, repo: repository, branch: 'main', credential, check: true };
  const planned = planRun(bounded, { ...request, prompt: 'Nothing: this is a check.' });
  const { next, live } = runs.standing(await runs.ofTasks([TASK]), planned.runId);
  const name = attemptName(planned, next);
  if (!live)
    await runs.create(renderRun({ ...planned, attempt: next, ...(createdBy && { createdBy }) }), planned.runId);
  const ended = await followFor(timeout, api, runs, name, say);
  const pod = await runs.get(name);
  // A pod that somebody else has started and that still runs is theirs.
  if (pod.metadata.uid && !(live && 'waitsFor' in ended)) await runs.delete(name, pod.metadata.uid);
  if ('waitsFor' in ended) {
    const message = `${name} did not end in time (--timeout); it waited for: ${ended.waitsFor}`;
    const events = ['get', 'events', '--field-selector', `involvedObject.name=${name}`, '-n', runs.namespace];
    return [{ check, state: 'wrong', message, fix: commandLine('kubectl', ...events, ...api.flags) }];
  }
  const policies = policiesFinding(settings, ended);
  if (ended.outcome === 'no-changes') return [{ check, state: 'ok', message: ended.message }, policies];
  const { action } = OUTCOMES[ended.outcome];
  return [{ check, state: 'wrong', message: `${ended.outcome}: ${ended.message}`, fix: action }, policies];
}

/** Follows a run to its end, for at most so many milliseconds: a run without a node has no deadline. */
async function followFor(timeout: number, api: Api, runs: Runs, name: string, say: (line: string) => void) {
  const over = new AbortController();
  const limit = setTimeout(() => over.abort(), timeout);
  let waitsFor = 'the end of its run';
  const follower = {
    line: (text: string) => {
      waitsFor = 'the end of its run';
      say(text);
    },
    waiting: (reason: string) => {
      waitsFor = reason;
      say(`${name} waits: ${reason}`);
    },
    resumed: say,
    lost: say,
  };
  try {
    return await followRun(api, runs, name, follower, { signal: over.signal });
  } catch (error) {
    if (!over.signal.aborted) throw error;
    return { waitsFor };
  } finally {
    clearTimeout(limit);
  }
}

/** Whether the cluster enforces network policies. A run tests this before it does anything else. */
function policiesFinding({ sandboxTest }: RunSettings, { outcome, message }: EndedRun): Finding {
  const check = 'network policies';
  if (!sandboxTest) {
    const told = 'runs do not check whether they are enforced: task.sandboxTest of the environment is off';
    return { check, state: 'unknown', message: told };
  }
  if (outcome === 'sandbox-open') return { check, state: 'wrong', message, fix: OUTCOMES[outcome].action };
  const seen = outcome === 'no-changes' || outcome === 'clone-failed' || outcome === 'auth-failed';
  return seen
    ? { check, state: 'ok', message: 'a run reaches neither the metadata service nor the API server' }
    : { check, state: 'unknown', message: `the run ended before it checked them: ${outcome}` };
}
