import { renderRun } from '../../../charts/run-chart.js';
import type { Runs } from '../../../cluster/runs.js';
import { toJson } from '../../../run/printable.js';
import type { RunSettings } from '../../../run/settings.js';
import { toYaml } from '../../dry-run/yaml.js';
import type { Terminal } from '../../terminal/terminal.js';
import { planText } from '../plan/plan-text.js';
import { askedOf, type Job } from './job.js';

/**
 * Prints the plan and the pods of its waves in a form that kubectl can read. The plan becomes comments, or with
 * `--json` goes to standard error.
 * @param runs if given, the API server checks the pods in a dry run
 */
export async function printDryRun(job: Job, settings: RunSettings, terminal: Terminal, runs?: Runs): Promise<void> {
  const asked = askedOf(job, settings);
  for (const note of asked.notes) terminal.err(`agent-runner implement: ${note}`);
  const planned = asked.tasks.map((task) => asked.planned(task, job.upstream.branch));
  const pods = planned.map((one) => renderRun({ ...one, attempt: 1 }));
  for (const [index, pod] of pods.entries()) await runs?.create(pod, planned[index]?.runId ?? '', true);
  const text = planText(job.feature, job.shownPath, job.plan, {});
  if (job.json) {
    terminal.err(text);
    terminal.out(toJson({ apiVersion: 'v1', kind: 'List', items: pods }, 2));
    return;
  }
  for (const line of text.split('\n')) terminal.out(`# ${line}`.trimEnd());
  for (const pod of pods) terminal.out(`---\n${toYaml(pod)}`);
}
