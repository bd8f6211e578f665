import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CONTAINERS, LABELS } from '../../src/run/metadata.js';
import { slug } from '../../src/run/names.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { apply, buildImage, kubectl } from '../support/cluster.js';
import { bash } from './at-work.js';
import { MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';
import { type ProbeTarget, reached } from './probe.js';

jest.setTimeout(MINUTES);

const NAMESPACE = 'agent-runner-test-egress';
const CONTROL = `${NAMESPACE}-control`;

interface Target extends ProbeTarget {
  readonly what: string;
  /** Which profiles reach it. */
  readonly from: 'nobody' | 'everybody' | 'open';
}

const [, git4 = '', git6 = ''] = (process.env.TEST_OUTSIDE_GIT ?? '').split(/[=,]/);
const [, model4 = ''] = (process.env.TEST_OUTSIDE_MODEL ?? '').split(/[=,]/);
const outside = git6 !== '' && model4 !== '';
const FORBIDDEN = { v4: '198.51.100.66', v6: 'fd00:51::66' };
const OTHER = 'another pod';
const METADATA = '169.254.169.254';
const withOutside = outside ? describe : describe.skip;
if (!outside) {
  console.warn(
    'The test of packets is skipped: TEST_OUTSIDE_GIT and TEST_OUTSIDE_MODEL name no hosts with both IP families',
  );
}

let namespace: RunnerNamespace;
let targets: Target[];
const pods: Record<string, string> = {};

/** @param other address of another pod */
const probe = (pod: string, of: string, other: string): string[] =>
  reached(
    pod,
    of,
    targets.map((target) => (target.host === OTHER ? { ...target, host: other } : target)),
  );

const addressOf = (pod = '') => kubectl(['-n', NAMESPACE, 'get', 'pod', pod, '-o', 'jsonpath={.status.podIP}']).trim();

/** A run at work; its pod is what is probed from. */
async function runWith(egress: string): Promise<string> {
  const task = `PROBE-${egress}`;
  await namespace.spawn(task, '--prompt', 'Do what task SLOW says.', '--egress', egress);
  const selector = `agentic-sdlc.io/task=${slug(task)}`;
  const name = kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', selector, '-o', 'name']).trim().replace('pod/', '');
  kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
  return name;
}

withOutside('what a pod reaches', () => {
  beforeAll(async () => {
    const rules = [{ match: 'task SLOW', steps: [bash('sleep 300'), { text: 'Slept.' }] }];
    const egress = { profiles: ['github', 'open'] as ('github' | 'open')[] };
    // Its runs begin at all only because their own look finds nothing open.
    namespace = await startNamespace(NAMESPACE, rules, 'existing', { egress, task: { sandboxTest: true } });
    kubectl(['delete', 'namespace', CONTROL, '--ignore-not-found']);
    const image = buildImage('runner');
    const spec = {
      containers: [{ name: CONTAINERS.runner, image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '600'] }],
    };
    apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CONTROL } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'control', namespace: CONTROL }, spec },
    ]);
    kubectl(['-n', CONTROL, 'wait', '--for=condition=Ready', 'pod/control', '--timeout=60s']);
    for (const egress of ['github', 'open']) pods[egress] = await runWith(egress);
    const address = (path: string, ...what: string[]) => kubectl(['get', ...what, '-o', `jsonpath=${path}`]).trim();
    const node = address('{.items[0].status.addresses[?(@.type=="InternalIP")].address}', 'nodes').split(' ')[0] ?? '';
    const resolver = address('{.spec.clusterIP}', '-n', 'kube-system', 'service', 'kube-dns');
    const api = address('{.spec.clusterIP}', '-n', 'default', 'service', 'kubernetes');
    targets = [
      { what: 'the Git host', host: git4, port: 80, from: 'everybody' },
      { what: 'the Git host by IPv6', host: git6, port: 80, from: 'everybody' },
      { what: 'the model', host: model4, port: 80, from: 'everybody' },
      { what: 'the name server', host: resolver, port: 53, protocol: 'udp', from: 'everybody' },
      { what: 'the name server over TCP', host: resolver, port: 53, from: 'everybody' },
      { what: 'another port of the Git host', host: git4, port: 443, from: 'open' },
      { what: 'a host that nobody named', host: FORBIDDEN.v4, port: 80, from: 'open' },
      { what: 'it by UDP 443, as QUIC', host: FORBIDDEN.v4, port: 443, protocol: 'udp', from: 'open' },
      { what: 'another name server', host: FORBIDDEN.v4, port: 53, protocol: 'udp', from: 'open' },
      { what: 'another name server over TCP', host: FORBIDDEN.v4, port: 53, from: 'open' },
      { what: 'a private IPv6 address', host: FORBIDDEN.v6, port: 80, from: 'nobody' },
      { what: 'a private name server by IPv6', host: FORBIDDEN.v6, port: 53, protocol: 'udp', from: 'nobody' },
      { what: 'the metadata service', host: METADATA, port: 80, from: 'nobody' },
      { what: 'the API server', host: api, port: 443, from: 'nobody' },
      { what: 'the API server on its node', host: node, port: 6443, from: 'nobody' },
      { what: "the node's kubelet", host: node, port: 10250, from: 'nobody' },
      { what: 'another pod', host: OTHER, port: 4096, from: 'nobody' },
    ];
  }, 2 * MINUTES);
  afterAll(async () => {
    await namespace?.close();
    kubectl(['delete', 'namespace', CONTROL, '--wait=false']);
  });

  test('is all of it where no policy is: else silence would prove nothing', () => {
    const seen = probe('control', CONTROL, addressOf(pods.open));
    // What is its own, a run's pod does not let in; the rest answers or refuses.
    expect(targets.map(({ what }, index) => [what, seen[index]])).toEqual(
      targets.map(({ what }) => [what, what === 'another pod' ? 'silent' : 'reached']),
    );
  });
  test.each(['github', 'open'])('is with the profile %s what its policy allows, and nothing else', (profile) => {
    const seen = probe(pods[profile] ?? '', NAMESPACE, addressOf(pods[profile === 'github' ? 'open' : 'github']));
    const others = targets.map(({ what, from }) => [
      what,
      from === 'everybody' || from === profile ? 'reached' : 'silent',
    ]);
    expect(targets.map(({ what }, index) => [what, seen[index]])).toEqual(others);
  });
  test('does not grow when a label is changed: it cannot be', () => {
    const pod = pods.github ?? '';
    const relabel = () => kubectl(['-n', NAMESPACE, 'label', 'pod', pod, '--overwrite', `${LABELS.egress}=open`]);
    expect(relabel).toThrow('labels-change: ');
    expect(reached(pod, NAMESPACE, [{ host: FORBIDDEN.v4, port: 80 }])).toEqual(['silent']);
  });
  test('a run whose namespace has no policy is stopped before it clones: sandbox-open', async () => {
    kubectl(['-n', NAMESPACE, 'delete', 'networkpolicies', '--all']);
    const { stdout, code } = await namespace.spawn('OPEN', '--prompt', 'Do what task SLOW says.', '--follow');
    expect(stdout).toMatch(/sandbox-open: this pod reaches .*the API server at/);
    expect(stdout).not.toContain('clone ');
    expect(code).toBe(OUTCOMES['sandbox-open'].exitCode);
  });
});
