import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { demoEnvironment } from '../../examples/demo/environment.js';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { CONTAINERS, LABELS, MANAGED_BY } from '../../src/run/metadata.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { apply, buildImage, kubectl } from '../support/cluster.js';
import { PATIENCE } from './at-work.js';

const NAMESPACE = 'agent-runner-test-first';
const CONTROL = `${NAMESPACE}-control`;
const FORBIDDEN = '198.51.100.66';
const [, allowed = ''] = (process.env.TEST_OUTSIDE_MODEL ?? '').split(/[=,]/);
if (!allowed) console.warn('The test of the first packets is skipped: TEST_OUTSIDE_MODEL names no host');

/** From its first moment, for two seconds: new connections, as many as there can be, to two addresses. A refusal is an answer, too. */
const DIAL = `
const net = require('node:net');
const seen = {};
const dial = (host) => {
  seen[host].tried++;
  const socket = net.connect({ host, port: 80 });
  socket.on('connect', () => { seen[host].reached++; socket.destroy(); });
  socket.on('error', ({ code }) => { if (code === 'ECONNREFUSED') seen[host].reached++; });
  setTimeout(() => socket.destroy(), 500);
};
for (const host of process.argv.slice(1)) {
  seen[host] = { tried: 0, reached: 0 };
  const dialling = setInterval(() => dial(host), 5);
  setTimeout(() => clearInterval(dialling), 2000);
  dial(host);
}
setTimeout(() => { console.log(JSON.stringify(seen)); process.exit(); }, 2600);
`;

/** No run, which would not dial by itself: it has a run's labels and that is what the policies select by. */
function dialling(namespace: string, image: string): object {
  const labels = { [LABELS.managedBy]: MANAGED_BY, [LABELS.egress]: 'github' };
  const command = ['node', '-e', DIAL, FORBIDDEN, allowed];
  const containers = [{ name: CONTAINERS.runner, image, imagePullPolicy: 'IfNotPresent', command }];
  const spec = { restartPolicy: 'Never', containers };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'first', namespace, labels }, spec };
}

(allowed ? describe : describe.skip)('from the first packet on', () => {
  const seen = (namespace: string) =>
    JSON.parse(kubectl(['-n', namespace, 'logs', 'first'])) as Record<string, { tried: number; reached: number }>;

  beforeAll(() => {
    const image = buildImage('runner');
    const endpoints = [{ cidr: `${allowed}/32`, port: 80 }];
    const servers = {
      git: 'http://git.test',
      model: 'http://model.test/v1',
      namespace: NAMESPACE,
      image: 'x',
      endpoints,
    };
    const environment = defineEnvironment(demoEnvironment(servers));
    const policies = new RunnerChart(new App(), environment.name, { environment })
      .toJson()
      .filter(({ kind }) => kind === 'NetworkPolicy');
    const namespaces = [NAMESPACE, CONTROL].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
    apply([...namespaces, ...policies]);
    apply([NAMESPACE, CONTROL].map((namespace) => dialling(namespace, image)));
    for (const namespace of [NAMESPACE, CONTROL]) {
      kubectl(['-n', namespace, 'wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/first', '--timeout=120s']);
    }
  }, PATIENCE);
  afterAll(() => {
    kubectl(['delete', 'namespace', NAMESPACE, CONTROL, '--wait=false']);
  });

  test('a run reaches nothing that its policy does not name, and then what it does', () => {
    const { [FORBIDDEN]: forbidden, [allowed]: named } = seen(NAMESPACE);
    expect(forbidden?.tried).toBeGreaterThan(50);
    expect(forbidden?.reached).toBe(0);
    expect(named?.reached).toBeGreaterThan(0);
  });
  test('a pod without policy reaches it: else silence would prove nothing', () => {
    expect(seen(CONTROL)[FORBIDDEN]?.reached).toBeGreaterThan(0);
  });
});
