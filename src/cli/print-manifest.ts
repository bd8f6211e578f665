import { Yaml } from 'cdk8s';
import type { PodManifest } from '../charts/run-chart.js';
import type { Terminal } from './terminal.js';

export function printManifest(pod: PodManifest, output: 'yaml' | 'json', terminal: Terminal): void {
  terminal.out(output === 'json' ? JSON.stringify(pod, null, 2) : Yaml.stringify(pod).trimEnd());
}
