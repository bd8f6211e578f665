import type { PodManifest } from '../../charts/run-chart.js';
import { toJson } from '../../run/printable.js';
import type { Terminal } from '../terminal/terminal.js';
import { toYaml } from './yaml.js';

/** Prints pods for kubectl to read. Several become a stream of YAML documents, or one List. */
export function printManifests(pods: readonly PodManifest[], output: 'yaml' | 'json', terminal: Terminal): void {
  const [first] = pods;
  const whole = pods.length === 1 ? first : { apiVersion: 'v1', kind: 'List', items: pods };
  terminal.out(output === 'json' ? toJson(whole, 2) : pods.map(toYaml).join('\n---\n'));
}
