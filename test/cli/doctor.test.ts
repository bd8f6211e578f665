import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { doctor } from '../../src/cli/commands/doctor.js';
import type { Finding } from '../../src/cli/terminal/finding.js';
import type { Pod } from '../../src/cluster/pod.js';
import type { OutcomeName } from '../../src/run/outcomes.js';
import { answer } from '../cluster-client/api-server.js';
import { openSettings } from '../fixtures/environments.js';
import { runAgainst } from './against-server.js';
import { ADA, useGitConfig } from './git-config.js';
import { endedAs, runPod } from './run-pods.js';

// Each starts a server and the command.
jest.setTimeout(30_000);

const settings = {
  ...openSettings,
  repositories: ['https://git.example/'],
};
const credential = settings.gitCredentials?.[0]?.name ?? '';
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

/** What the cluster has; undefined where it does not, or refuses. */
interface Cluster {
  readonly version?: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly namespace?: boolean;
  readonly settings?: string | undefined;
  readonly refused?: readonly string[];
  readonly quota?: Readonly<Record<string, readonly [hard: string, used: string]>> | undefined;
  readonly account?: boolean;
  readonly secret?: readonly [status: string, message: string] | undefined;
  readonly application?: readonly [sync: string, health: string] | undefined;
  readonly pods?: readonly Pod[];
  /** Why no pod is taken. */
  readonly full?: string;
  readonly probe?: OutcomeName;
  /** Why the probe's pod gets no node. */
  readonly waits?: string;
  /** What the API server says to a pod that is no run; undefined where it takes it. */
  readonly policy?: string | undefined;
}

const healthy = {
  ...{ version: '34+', labels: RESTRICTED, namespace: true, settings: JSON.stringify(settings), account: true },
  quota: { pods: ['10', '2'] },
  secret: ['True', 'secret synced'],
  application: ['Synced', 'Healthy'],
  policy: "ValidatingAdmissionPolicy 'n-spawn' with binding 'n-spawn' denied request: labels: none",
} as const;

const CLUSTER = / --kubeconfig=\S+$/;

/** Runs `doctor` against a cluster that is healthy but for what is said. */
async function examine(differences: Cluster = {}, ...args: string[]) {
  const cluster: Cluster = { ...healthy, ...differences };
  const deleted: string[] = [];
  let created: Pod | undefined;
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request;
    const { pathname } = new URL(url, 'http://server');
    const give = (body: object | undefined) =>
      body
        ? answer(response, body)
        : answer(response, { kind: 'Status', reason: 'NotFound', message: 'not found' }, 404);
    if (pathname === '/version') return give({ gitVersion: `v1.${cluster.version}`, minor: cluster.version });
    if (pathname.endsWith('/selfsubjectreviews')) return give({ status: { userInfo: { username: 'ada' } } });
    if (pathname.endsWith('/selfsubjectaccessreviews')) {
      const { verb, resource } = JSON.parse(await text(request)).spec.resourceAttributes;
      return give({ status: { allowed: !cluster.refused?.includes(`${verb} ${resource}`) } });
    }
    if (pathname === '/api/v1/namespaces/n') {
      return give(cluster.namespace ? { metadata: { name: 'n', labels: cluster.labels } } : undefined);
    }
    if (pathname.includes('/configmaps/')) {
      return give(cluster.settings === undefined ? undefined : { data: { 'settings.json': cluster.settings } });
    }
    if (pathname.includes('/serviceaccounts/')) return give(cluster.account ? {} : undefined);
    if (pathname.endsWith('/resourcequotas')) {
      const all = Object.entries(cluster.quota ?? {});
      const part = (index: 0 | 1) => Object.fromEntries(all.map(([name, amounts]) => [name, amounts[index]]));
      const status = { hard: part(0), used: part(1) };
      return give(cluster.quota && { items: [{ metadata: { name: 'agent-runs' }, status }] });
    }
    // As an API server answers for a group that it does not have: no JSON.
    const noGroup = () => void response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
    if (pathname.endsWith('/applications') && !cluster.application) return noGroup();
    if (pathname.endsWith('/externalsecrets') && !cluster.secret) return noGroup();
    if (pathname.endsWith('/externalsecrets')) {
      const [status, message] = cluster.secret ?? [];
      const names = [credential, settings.modelCredential ?? ''];
      const conditions = [{ type: 'Ready', status, message }];
      return give(cluster.secret && { items: names.map((name) => ({ metadata: { name }, status: { conditions } })) });
    }
    if (pathname.endsWith('/applications')) {
      const [sync, health] = cluster.application ?? [];
      const status = { sync: { status: sync }, health: { status: health } };
      const metadata = { name: 'runner-dev', namespace: 'argocd' };
      return give(cluster.application && { items: [{ metadata, spec: { destination: { namespace: 'n' } }, status }] });
    }
    if (method === 'POST' && url.includes('dryRun=All')) {
      const { policy: message } = cluster;
      return message ? answer(response, { kind: 'Status', reason: 'Forbidden', message }, 403) : give({});
    }
    if (method === 'POST' && cluster.full) {
      return answer(response, { kind: 'Status', reason: 'Forbidden', message: cluster.full }, 403);
    }
    if (method === 'POST') {
      created = JSON.parse(await text(request)) as Pod;
      return give(created);
    }
    if (method === 'DELETE') {
      deleted.push(pathname.split('/').pop() ?? '');
      return give({});
    }
    if (pathname.endsWith('/log')) return void response.end('2026-01-01T12:00:01Z clone    | it can be read\n');
    if (pathname.endsWith('/pods')) return give({ items: cluster.pods ?? [] });
    const message = 'checked: it can be read and pushed to';
    if (cluster.waits && created) {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: cluster.waits }];
      return give({
        ...created,
        metadata: { ...created.metadata, uid: 'uid' },
        status: { phase: 'Pending', conditions },
      });
    }
    const status = endedAs(cluster.probe ?? 'no-changes', { task: 'doctor', branch: 'main-doctor', message });
    return give(created && { ...created, metadata: { ...created.metadata, uid: 'uid' }, status });
  };
  const ended = await runAgainst(doctor, ['--json', ...args], (request, response) => {
    handler(request, response).catch((error) => answer(response, { message: String(error) }, 500));
  });
  const all = (JSON.parse(ended.out) as { findings: Finding[] }).findings;
  // Every command that mends something is for the cluster that was looked at.
  for (const { fix = '' } of all) if (/^(?:kubectl|agent-runner) /.test(fix)) expect(fix).toMatch(CLUSTER);
  const findings = all.map((one) => ({ ...one, ...(one.fix && { fix: one.fix.replace(CLUSTER, '') }) }));
  return { ...ended, findings, deleted, created, of: (check: string) => findings.find((one) => one.check === check) };
}

const image = (pod: Pod): Pod => ({
  ...pod,
  spec: {
    containers: [{ name: 'runner', image: settings.runner?.image ?? '' }],
    initContainers: [{ name: 'agent', image: settings.image ?? '' }],
  },
});
const waits = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } };
const started = { running: { startedAt: '2026-01-01T00:00:05Z' } };
const states = (phase: string, runner: object, agent: object): Pod['status'] => ({
  phase,
  containerStatuses: [{ name: 'runner', state: runner }],
  initContainerStatuses: [{ name: 'agent', state: agent }],
});

describe('agent-runner doctor', () => {
  let restore = () => {};
  beforeAll(() => {
    restore = useGitConfig(ADA);
  });
  afterAll(() => restore());
  test('finds nothing wrong with what is as it should be', async () => {
    const { findings, code } = await examine({
      pods: [image(runPod({ status: states('Running', started, started) }))],
    });
    expect(findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'git ok',
      'git identity ok',
      'cluster ok',
      'namespace ok',
      'pod security ok',
      'settings ok',
      'rights ok',
      'quota ok',
      'service account ok',
      'spawn policy ok',
      `secret ${credential} ok`,
      `secret ${settings.modelCredential} ok`,
      'image of the runner ok',
      'image of the agent ok',
      'argo cd ok',
    ]);
    expect(code).toBe(0);
  });
  test.each<[string, Cluster, Partial<Finding>]>([
    ['cluster', { version: '29' }, { state: 'wrong', message: 'v1.29 is older than 1.30' }],
    ['namespace', { namespace: false }, { state: 'missing', message: 'n does not exist' }],
    [
      'pod security',
      { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
      { state: 'wrong', fix: 'kubectl label namespace n pod-security.kubernetes.io/enforce=restricted --overwrite' },
    ],
    ['pod security', { labels: undefined }, { state: 'missing' }],
    ['spawn policy', { policy: undefined }, { state: 'missing' }],
    ['settings', { settings: undefined }, { state: 'missing', fix: 'install the runner there: docs/install.md' }],
    ['settings', { settings: '{"version":99}' }, { state: 'wrong' }],
    [
      'rights',
      { refused: ['create pods'] },
      {
        state: 'missing',
        message: "you may not create pods; ask an admin for the maintainer's role",
        fix: 'kubectl create rolebinding my-runs --role=agentic-sdlc-agent-runner-dev-maintainer --user=ada -n n',
      },
    ],
    ['quota', { quota: { pods: ['2', '2'] } }, { state: 'wrong', fix: 'agent-runner ps -n n' }],
    ['quota', { quota: { pods: ['9', '1'], 'requests.cpu': ['4', '3900m'] } }, { state: 'wrong' }],
    ['service account', { account: false }, { state: 'missing' }],
    [
      `secret ${credential}`,
      { secret: ['False', 'could not get secret data'] },
      { state: 'wrong', fix: `kubectl describe externalsecret ${credential} -n n` },
    ],
    [
      'image of the runner',
      { pods: [image(runPod({ status: states('Pending', waits, started) }))] },
      { state: 'wrong' },
    ],
    ['image of the agent', { pods: [image(runPod({ status: states('Pending', {}, waits) }))] }, { state: 'wrong' }],
    [
      'argo cd',
      { application: ['OutOfSync', 'Healthy'] },
      { state: 'wrong', message: 'Application runner-dev is OutOfSync and Healthy' },
    ],
  ])('finds what is wrong: %s', async (check, differences, finding) => {
    const { of, code } = await examine(differences);
    expect(of(check)).toMatchObject(finding);
    expect(of(check)?.fix).toBeTruthy();
    expect(code).toBe(1);
  });
  test.each<[string, Cluster]>([
    ['quota', { quota: undefined }],
    [`secret ${credential}`, { secret: undefined }],
    ['argo cd', { application: undefined }],
    ['image of the runner', {}],
    ['image of the agent', {}],
    ['spawn policy', { policy: 'pods is forbidden: exceeded quota' }],
  ])('does not call wrong what it cannot see: %s', async (check, differences) => {
    const { of, code } = await examine(differences);
    expect(of(check)?.state).toBe('unknown');
    expect(code).toBe(0);
  });
  test('says for people what was seen, and the command that mends it', async () => {
    const handler = (_: IncomingMessage, response: ServerResponse) =>
      answer(response, { kind: 'Status', message: 'gone' }, 404);
    const { out, code } = await runAgainst(doctor, [], handler);
    expect(out).toMatch(/^CHECK +STATE +WHAT WAS SEEN\ngit +/);
    expect(code).toBe(3);
  });
});

describe('agent-runner doctor --probe', () => {
  const probe = (differences: Cluster = {}, ...args: string[]) =>
    examine(differences, '--probe', '--repo', 'https://git.example/o/n', ...args);
  test('starts a run that only checks, tells its log and what it found, and deletes its pod', async () => {
    const { of, err, created, deleted, code } = await probe();
    expect(created?.spec?.containers?.[0]?.env).toContainEqual({ name: 'TASK_CHECK', value: 'true' });
    expect(err).toContain('it can be read');
    expect(of('probe')).toEqual({ check: 'probe', state: 'ok', message: 'checked: it can be read and pushed to' });
    expect(deleted).toEqual([created?.metadata.name]);
    expect(code).toBe(0);
  });
  test('does not wait for ever for a node: it says what the pod waited for, and deletes it', async () => {
    const { of, created, deleted, code } = await probe(
      { waits: '0/3 nodes are available: 3 Insufficient cpu.' },
      '--timeout',
      '1s',
    );
    const name = created?.metadata.name ?? '';
    const message = `${name} did not end in time (--timeout); it waited for: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.`;
    const fix = `kubectl get events --field-selector involvedObject.name=${name} -n n`;
    expect(of('probe')).toEqual({ check: 'probe', state: 'wrong', message, fix });
    expect(deleted).toEqual([name]);
    expect(code).toBe(1);
  });
  test('takes no timeout that is no duration', async () => {
    const { err, code } = await runAgainst(doctor, ['--probe', '--timeout', 'soon'], () => {});
    expect([err, code]).toEqual([expect.stringContaining('--timeout "soon" is not a duration'), 2]);
  });
  test('says what to do when the credential is refused', async () => {
    const { of, code } = await probe({ probe: 'auth-failed' });
    expect(of('probe')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/^auth-failed: /) });
    expect(of('probe')?.fix).toContain('check the git Secret');
    expect(code).toBe(1);
  });
  const looking = JSON.stringify({ ...settings, sandboxTest: true });
  test.each<[state: string, ended: OutcomeName | undefined, settings: string, message: RegExp]>([
    ['ok', undefined, looking, /reaches neither/],
    ['ok', 'auth-failed', looking, /reaches neither/],
    ['wrong', 'sandbox-open', looking, /./],
    ['unknown', 'bad-config', looking, /before it checked them: bad-config/],
    ['unknown', undefined, healthy.settings, /task\.sandboxTest of the environment is off/],
  ])('says of network policies that they are %s, where it ends with %s', async (state, ended, settings, message) => {
    const { of } = await probe({ settings, ...(ended && { probe: ended }) });
    expect(of('network policies')).toMatchObject({ state, message: expect.stringMatching(message) });
  });
  test('starts nothing where something is wrong already', async () => {
    const { created, of } = await probe({ quota: { pods: ['2', '2'] } });
    expect(created).toBeUndefined();
    expect(of('probe')).toMatchObject({
      state: 'unknown',
      message: 'not started: first fix what is missing or wrong (quota)',
    });
  });
  test('tells what else was found where the cluster refuses the pod', async () => {
    const { of, code } = await probe({ full: 'exceeded quota: agent-runs, requested: cpu=1' });
    expect(of('probe')).toMatchObject({ state: 'wrong', message: expect.stringContaining('exceeded quota') });
    expect(of('namespace')).toMatchObject({ state: 'ok' });
    expect(code).toBe(1);
  });
  test('asks for a repository where the environment has none', async () => {
    const { of, created } = await examine({}, '--probe');
    expect(of('probe')).toMatchObject({ state: 'wrong', fix: 'agent-runner doctor --probe --repo URL -n n' });
    expect(created).toBeUndefined();
  });
  test('refuses what it does not know', async () => {
    const { err, code } = await runAgainst(doctor, ['now'], () => {});
    expect([err, code]).toEqual([expect.stringContaining('doctor takes no arguments, but got "now"'), 2]);
  });
});
