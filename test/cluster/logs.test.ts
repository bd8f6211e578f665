import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { ANNOTATIONS, CONTAINERS, LABELS, MANAGED_BY } from '../../src/run/metadata.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { apply, buildImage, canRestart, kubectl, restart } from '../support/cluster.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { WITHOUT_KUBECTL } from '../support/without-kubectl.js';
import { PATIENCE, until } from './at-work.js';
import { MINUTES } from './namespace.js';

const NAMESPACE = 'agent-runner-test-logs';
/** LOG_PODS=100 LOG_CUTS=50 is the whole of it. */
const PODS = Number(process.env.LOG_PODS ?? 24);
const CUTS = Number(process.env.LOG_CUTS ?? 12);
/** Pods that write as fast as they can, so that their logs are rotated; the others write ten lines a second. */
const FAST = Math.max(2, Math.floor(PODS / 20));
const SECONDS = 20 + CUTS * 5;
const FAST_LINES = 250_000;

const task = (index: number) => `L${String(index).padStart(3, '0')}`;
const isFast = (index: number) => index < FAST;
const linesOf = (index: number) => (isFast(index) ? FAST_LINES : SECONDS * 10);

const BRANCH = 'logs';
const waits = 'until [ -e /go/go ]; do sleep 0.2; done';

/** A pod that looks like a run's and only writes numbered lines. One line is longer than what the node writes at once. */
function podOf(index: number, image: string): object {
  const slow = `i=0; while [ $i -lt ${linesOf(index)} ]; do i=$((i+1)); echo "n $i"; [ $((i % 10)) -ne 0 ] || sleep 1; done`;
  const fast = `seq -f 'n %.0f ${'x'.repeat(60)}' ${FAST_LINES}`;
  const long = 'head -c 100000 /dev/zero | tr "\\0" y; echo';
  const numbers = { filesChanged: 0, durationSeconds: 1, tokens: 0, cost: 0, logLines: linesOf(index) + 1 };
  const result = { outcome: 'agent-failed', task: task(index), branch: BRANCH, message: 'it only counts', ...numbers };
  const writes = isFast(index) ? fast : slow;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `agent-${task(index).toLowerCase()}-0000000${String(index).padStart(3, '0')}-1`,
      namespace: NAMESPACE,
      labels: {
        [LABELS.managedBy]: MANAGED_BY,
        [LABELS.task]: task(index).toLowerCase(),
        [LABELS.run]: `0000000${String(index).padStart(3, '0')}`,
        [LABELS.feature]: 'logs',
      },
      annotations: { [ANNOTATIONS.task]: task(index), [ANNOTATIONS.branch]: BRANCH, [ANNOTATIONS.attempt]: '1' },
    },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: CONTAINERS.runner,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: [
            'bash',
            '-c',
            `${waits}; ${writes}; ${long}; echo '${JSON.stringify(result)}' | tee /dev/termination-log; exit 11`,
          ],
          volumeMounts: [{ name: 'go', mountPath: '/go' }],
        },
      ],
      // Appears a while after it was made: all of them begin when all are there.
      volumes: [{ name: 'go', configMap: { name: 'go', optional: true } }],
    },
  };
}

let folder: string;
let way: Awaited<ReturnType<typeof startCuttingProxy>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-logs-'));
  const config = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8'));
  const cluster = config.clusters[0].cluster;
  const server = new URL(cluster.server);
  way = await startCuttingProxy({ host: server.hostname, port: Number(server.port || 443) });
  cluster.server = `https://127.0.0.1:${way.port}`;
  cluster['tls-server-name'] ??= server.hostname;
  writeFileSync(join(folder, 'kubeconfig'), stringify(config), { mode: 0o600 });
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  kubectl(['create', 'namespace', NAMESPACE]);
  const image = buildImage('runner');
  apply(Array.from({ length: PODS }, (_, index) => podOf(index, image)));
}, 2 * MINUTES);
afterAll(async () => {
  await way?.close();
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

const program = fileURLToPath(new URL('../../bin/tail-logs.cjs', import.meta.url));

/** Follows all pods, and keeps what was said of each. */
function follow() {
  const numbers = new Map<string, number[]>();
  const notes = new Map<string, string[]>();
  const long = new Map<string, number[]>();
  /** Ends of lines that a rotation broke, wherever that was, whose beginnings were gone. */
  const ends = new Map<string, string[]>();
  const args = [program, '--json', '-n', NAMESPACE, '--kubeconfig', join(folder, 'kubeconfig')];
  const env = { ...process.env, ...WITHOUT_KUBECTL };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const into = <T>(map: Map<string, T[]>, key: string, value: T) => {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { task, line: text, note } = JSON.parse(line);
    if (note) into(notes, task, note);
    const [, number] = /^n (\d+)/.exec(text ?? '') ?? [];
    if (number) into(numbers, task, Number(number));
    else if (/^y+$/.test(text ?? '')) into(long, task, text.length);
    else if (/^ ?\d* ?x*$/.test(text ?? 'a note')) into(ends, task, text);
  });
  const ended = new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
  const memory = () => {
    if (child.exitCode !== null) return 0;
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  };
  return { numbers, notes, long, ends, ended, memory };
}

const restarted = (component: 'kube-apiserver' | 'kubelet') => {
  if (canRestart) restart(component);
};

test(
  `${PODS} logs are followed at once: each line once and in order, though connections are cut and the cluster restarts`,
  async () => {
    const phase = ['-n', NAMESPACE, 'get', 'pods', '-o', 'jsonpath={.items[*].status.phase}'];
    await until(() =>
      kubectl(phase)
        .split(' ')
        .every((name) => name === 'Running'),
    );
    const { numbers, notes, long, ends, ended, memory } = follow();
    kubectl(['-n', NAMESPACE, 'create', 'configmap', 'go', '--from-literal=go=1']);
    await until(() => numbers.size > PODS / 2);
    let most = 0;
    for (let cut = 1; cut <= CUTS; cut++) {
      await pause(500 + Math.random() * 2500);
      way.cut();
      if (cut === Math.ceil(CUTS / 4) || cut === Math.ceil(CUTS / 2)) restarted('kube-apiserver');
      if (cut === Math.ceil((3 * CUTS) / 4)) restarted('kubelet');
      most = Math.max(most, memory());
    }
    expect(await ended).toBe(OUTCOMES['agent-failed'].exitCode);
    const lost = [...notes.values()].flat().filter((note) => / of \d+ lines/.test(note));
    console.log([`the command took ${most.toFixed(0)} MB of memory at most`, ...lost].join('\n'));
    for (let index = 0; index < PODS; index++) {
      const seen = numbers.get(task(index)) ?? [];
      const ordered = seen.every((number, at) => at === 0 || number > (seen[at - 1] ?? 0));
      expect([task(index), ordered]).toEqual([task(index), true]);
      const whole = seen.length + (long.get(task(index)) ?? []).length;
      // The node may break a line between two files. Where the first one is gone, the line's end is all that there is of it.
      const missing = linesOf(index) + 1 - whole - (ends.get(task(index)) ?? []).length;
      // A log that was rotated before it was read may have lost lines, and then says how many; no other has.
      const told = (notes.get(task(index)) ?? []).flatMap((note) => /^(\d+) of \d+ lines/.exec(note)?.[1] ?? []);
      expect([task(index), told.map(Number)]).toEqual([task(index), missing > 0 ? [missing] : []]);
      if (!isFast(index)) expect([task(index), missing, long.get(task(index))]).toEqual([task(index), 0, [100_000]]);
    }
    expect(most).toBeLessThan(250);
  },
  2 * PATIENCE + CUTS * 10_000,
);
