// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apply, buildImage, kubectl } from '../test/support/cluster.js';

const NAMESPACE = 'agent-runner-bench-logs';
const PODS = 100;
const SECONDS = 30;
const tailLogs = fileURLToPath(new URL('../bin/tail-logs.cjs', import.meta.url));

/** One line a second, with the time at which it was written. The pods have the clock of this machine. */
const WRITES = 'while :; do echo "at $EPOCHREALTIME"; sleep 1; done';

/** @typedef {{ name: string, median: number, p99: number, lines: number }} Delay */

/** @param {number} index @param {string} image */
const podOf = (index, image) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `agent-l${index}-${String(index).padStart(10, '0')}-1`,
    namespace: NAMESPACE,
    labels: { 'app.kubernetes.io/managed-by': 'agent-runner', 'agentic-sdlc.io/task': `l${index}` },
    annotations: { 'agentic-sdlc.io/task-id': `L${index}`, 'agentic-sdlc.io/attempt': '1' },
  },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'runner', image, imagePullPolicy: 'IfNotPresent', command: ['bash', '-c', WRITES] }],
  },
});

/**
 * How long lines take from a pod to the output of a command, in milliseconds.
 * @param {string} name
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<Delay>}
 */
async function delays(name, program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  /** @type {number[]} */
  const all = [];
  let counts = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, written] = /at (\d+\.\d+)/.exec(line) ?? [];
    if (counts && written) all.push(Date.now() - 1000 * Number(written));
  });
  // Lines from before the start of the program say nothing about its speed.
  await pause(5000);
  counts = true;
  await pause(SECONDS * 1000);
  // The whole process group: also the programs that it started.
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await once(child, 'close');
  all.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => all[Math.floor(all.length * share)] ?? Number.NaN;
  return { name, median: at(0.5), p99: at(0.99), lines: all.length };
}

/** @returns {Promise<Delay[]>} the first for one pod by kubectl */
export async function logs() {
  const image = buildImage('runner');
  kubectl(['create', 'namespace', NAMESPACE]);
  try {
    apply(Array.from({ length: PODS }, (_, index) => podOf(index, image)));
    kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=600s']);
    const one = podOf(0, image).metadata.name;
    // At the same time, so that a busy node is slow for both.
    const both = await Promise.all([
      delays('kubectl logs -f of one pod', 'kubectl', ['logs', '-f', '--tail=1', '-n', NAMESPACE, one]),
      delays(`tail-logs of ${PODS} pods`, tailLogs, ['-n', NAMESPACE, '--tail', '1']),
    ]);
    const silent = both.filter(({ lines }) => lines === 0).map(({ name }) => name);
    if (silent.length > 0) throw new Error(`no line came: ${silent.join(', ')}`);
    if (spawnSync('kubetail', ['--version']).status !== 0) return both;
    const args = ['agent-l', '-n', NAMESPACE, '--tail', '1', '-k', 'false'];
    return [...both, await delays(`kubetail of ${PODS} pods`, 'kubetail', args)];
  } finally {
    kubectl(['delete', 'namespace', NAMESPACE]);
  }
}
