// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helm } from '../tools/helm.js';
import { measure, run } from './measure.js';

const spawnTask = fileURLToPath(new URL('../bin/spawn-task.cjs', import.meta.url));
const TASK = ['T001', '001-login', 'https://github.com/owner/name'];

/**
 * A chart of one template: the pod that spawn-task prints, with the values that the original chart took from --set.
 * @param {string} folder
 */
export function onePodChart(folder, args = [...TASK, '--dry-run']) {
  const pod = run(spawnTask, args)
    .replaceAll('001-login-t001', '{{ .Values.task.branch }}-{{ .Values.task.id | lower }}')
    .replaceAll('value: 001-login', 'value: {{ .Values.task.branch | quote }}')
    .replaceAll('value: T001', 'value: {{ .Values.task.id | quote }}');
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: one-pod\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), 'task:\n  id: T001\n  branch: 001-login\n');
  writeFileSync(join(folder, 'templates/pod.yaml'), pod);
  return ['template', 'run', folder, '--set', 'task.id=T001', '--set', 'task.branch=001-login'];
}

/** @param {string} folder */
export function dryRun(folder) {
  const chart = onePodChart(join(folder, 'one-pod'));
  return measure(
    [
      { name: 'node -e 0', run: () => run('node', ['-e', '0']) },
      { name: 'helm template of an equal one-pod chart', run: () => run(helm(), chart) },
      { name: 'spawn-task --dry-run', run: () => run(spawnTask, [...TASK, '--dry-run']) },
    ],
    31,
  );
}
