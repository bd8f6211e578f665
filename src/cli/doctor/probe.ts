import { renderRun } from '../../charts/run-chart.js';
import type { Api } from '../../cluster/api.js';
import { followRun } from '../../cluster/follow.js';
import type { Runs } from '../../cluster/runs.js';
import { OUTCOMES } from '../../run/outcomes.js';
import { attemptName, planRun } from '../../run/request.js';
import type { RunSettings } from '../../run/settings.js';
import type { Finding } from './finding.js';

/** What a probe is made for. */
export interface Probe {
  readonly repository: string | undefined;
  readonly credential: string | undefined;
  /** The API server's name for the user. */
  readonly createdBy: string | undefined;
}

/** What the probe's run is called. */
const TASK = 'doctor';

/** How long a probe may take, in seconds; an image may have to be pulled. */
const DEADLINE = 300;

/**
 * Starts an ordinary run that only looks whether its credential opens the repository, and deletes its pod afterwards.
 * @param say takes the lines of its log
 * @throws InputError for what the settings do not allow
 */
export async function probe(
  api: Api,
  runs: Runs,
  settings: RunSettings,
  { repository, credential, createdBy }: Probe,
  say: (line: string) => void,
): Promise<Finding> {
  const check = 'probe';
  const bounded = { ...settings, deadlineSeconds: Math.min(settings.deadlineSeconds, DEADLINE) };
  const request = { task: TASK, repo: repository, branch: 'main', credential, check: true };
  const planned = planRun(bounded, { ...request, prompt: 'Nothing: this is a check.' });
  const { next, live } = runs.standing(await runs.ofTasks([TASK]), planned.runId);
  const name = attemptName(planned, next);
  if (!live)
    await runs.create(renderRun({ ...planned, attempt: next, ...(createdBy && { createdBy }) }), planned.runId);
  const ended = await followRun(api, runs, name, {
    line: (text) => say(text),
    waiting: (reason) => say(`${name} waits: ${reason}`),
    resumed: (reason) => say(reason),
    lost: say,
  });
  const { uid } = (await runs.get(name)).metadata;
  if (uid) await runs.delete(name, uid);
  if (ended.outcome === 'no-changes') return { check, state: 'ok', message: ended.message };
  const { action } = OUTCOMES[ended.outcome];
  return { check, state: 'wrong', message: `${ended.outcome}: ${ended.message}`, fix: action };
}
