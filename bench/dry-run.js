// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helm } from '../tools/helm.js';
import { settingsMap } from '../tools/settings-map.js';
import { benchEnvironment } from './environment.js';
import { measure, run } from './measure.js';

const spawnTask = fileURLToPath(new URL('../bin/spawn-task.cjs', import.meta.url));
const TASK = ['T001', '001-login', 'https://github.com/owner/name'];

/** @param {string} folder */
function dryRunIn(folder) {
  const settings = join(folder, 'settings.yaml');
  writeFileSync(settings, settingsMap(benchEnvironment('agent-runner-bench')));
  return ['--dry-run', '--settings', settings];
}

/**
 * A chart with one template: the pod that spawn-task prints. It takes the values from --set that the original chart took.
 * @param {string} folder
 */
export function onePodChart(folder, args = TASK) {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  const pod = run(spawnTask, [...args, ...dryRunIn(folder)])
    .replaceAll('001-login-t001', '{{ .Values.task.branch }}-{{ .Values.task.id | lower }}')
    .replaceAll('value: 001-login', 'value: {{ .Values.task.branch | quote }}')
    .replaceAll('value: T001', 'value: {{ .Values.task.id | quote }}');
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: one-pod\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), 'task:\n  id: T001\n  branch: 001-login\n');
  writeFileSync(join(folder, 'templates/pod.yaml'), pod);
  return ['template', 'run', folder, '--set', 'task.id=T001', '--set', 'task.branch=001-login'];
}

/** @param {string} folder */
export function dryRun(folder) {
  const chart = onePodChart(join(folder, 'one-pod'));
  const task = [...TASK, ...dryRunIn(folder)];
  return measure(
    [
      { name: 'node -e 0', run: () => run('node', ['-e', '0']) },
      { name: 'helm template of an equal one-pod chart', run: () => run(helm(), chart) },
      { name: 'spawn-task --dry-run', run: () => run(spawnTask, task) },
    ],
    31,
  );
}
