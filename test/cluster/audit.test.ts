import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditPolicy } from '../../src/release/audit-policy.js';
import { LABELS } from '../../src/run/metadata.js';
import { apply, canRestart, kubectl, restart } from '../support/cluster.js';
import { attempt, bash, half, PATIENCE, until } from './at-work.js';
import { command, type RunnerNamespace, startNamespace } from './namespace.js';

const { TEST_AUDIT_POLICY: policyFile = '', TEST_AUDIT_LOG: logFile = '' } = process.env;
const possible = canRestart && policyFile !== '' && logFile !== '';
if (!possible) {
  console.warn(
    'The test of the audit log is skipped: TEST_AUDIT_POLICY, TEST_AUDIT_LOG and TEST_RESTART are not all set',
  );
}

const NAME = 'agent-runner-test-audit';
const SECRET = 'what-the-audit-log-never-has';
const FORBIDDEN = 403;

/** A pod that is no run, with which Pod Security is content. */
const foreign = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'foreign', namespace: NAME },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'foreign',
        image: 'example.com/foreign',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};

interface Event {
  readonly level: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string; readonly namespace?: string };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: { readonly rules?: readonly object[] };
  readonly annotations?: Readonly<Record<string, string>>;
}

(possible ? describe : describe.skip)('an API server with dist/audit-policy.yaml writes down', () => {
  let before: string;
  let namespace: RunnerNamespace;
  let from = 0;
  let pod: string;

  const text = () => readFileSync(logFile).subarray(from).toString();
  const events = (verb: string, resource: string, subresource?: string): Event[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Event => JSON.parse(line))
      .filter(({ objectRef }) => objectRef?.resource === resource && objectRef.subresource === subresource)
      .filter((event) => event.verb === verb && (event.objectRef?.namespace ?? NAME) === NAME);

  beforeAll(async () => {
    const rules = [{ match: 'task SLOW', steps: [half, bash('sleep 300'), { text: 'Slept.' }] }];
    const egress = { profiles: ['github', 'open'] as ('github' | 'open')[] };
    namespace = await startNamespace(NAME, rules, 'existing', { egress });
    before = readFileSync(policyFile, 'utf8');
    writeFileSync(policyFile, auditPolicy([namespace.environment]));
    restart('kube-apiserver');
    await until(() => attempt(() => kubectl(['get', '--raw', '/readyz'])));
    from = statSync(logFile).size;

    const prompt = ['--prompt', 'Do what task SLOW says.'];
    const spawned = await namespace.spawn('SLOW', ...prompt, '--egress', 'open', '--credential', 'git');
    expect(spawned).toMatchObject({ code: 0 });
    const ofTask = ['-n', NAME, 'get', 'pods', '-l', `${LABELS.managedBy}=agent-runner`, '-o', 'name'];
    pod = kubectl(ofTask).trim().replace('pod/', '');
    // Without a node its log is empty, not missing, and a cancel deletes it.
    kubectl(['-n', NAME, 'wait', '--for=condition=Ready', `pod/${pod}`, `--timeout=${PATIENCE / 1000}s`]);
    await until(() => attempt(() => kubectl(['-n', NAME, 'logs', pod])));
    expect(await command('agent-runner', ['cancel', 'SLOW', '-n', NAME])).toMatchObject({ code: 0 });
    attempt(() => apply([foreign]));
    kubectl(['-n', NAME, 'create', 'secret', 'generic', 'other', `--from-literal=a=${SECRET}`]);
    kubectl(['-n', NAME, 'create', 'role', 'more', '--verb=get', '--resource=secrets']);
    kubectl(['-n', NAME, 'get', 'pods']);
    kubectl(['-n', NAME, 'delete', 'pod', pod, '--wait=false']);
    kubectl(['delete', 'validatingadmissionpolicybinding', `${NAME}-connect`]);
  }, PATIENCE);
  afterAll(async () => {
    writeFileSync(policyFile, before);
    restart('kube-apiserver');
    await until(() => attempt(() => kubectl(['get', '--raw', '/readyz'])));
    await namespace.close();
  }, PATIENCE);

  test('who spawned which task, for which repository and branch, with which egress and credential', () => {
    const [event] = events('create', 'pods').filter(({ responseStatus }) => responseStatus?.code !== FORBIDDEN);
    const user = kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']);
    expect(event).toMatchObject({ level: 'Metadata', user: { username: user } });
    expect(event?.annotations).toMatchObject({
      [`${NAME}-spawn/task`]: 'SLOW',
      [`${NAME}-spawn/repository`]: namespace.url,
      [`${NAME}-spawn/egress`]: 'open',
      [`${NAME}-spawn/credential`]: 'git',
    });
    expect(event?.annotations?.[`${NAME}-spawn/branch`]).toContain('slow');
  });
  test('who was refused, and by which rule', () => {
    const [event] = events('create', 'pods').filter(({ responseStatus }) => responseStatus?.code === FORBIDDEN);
    expect(event?.responseStatus?.message).toContain(`'${NAME}-spawn'`);
  });
  test('who cancelled', () => {
    const user = kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']);
    const [event] = events('patch', 'pods');
    expect(event?.annotations).toMatchObject({ [`${NAME}-change/cancelled-by`]: user });
  });
  test('who read a log, and who deleted a run', () => {
    expect(events('get', 'pods', 'log').length).toBeGreaterThan(0);
    expect(events('delete', 'pods').length).toBeGreaterThan(0);
  });
  test('who changed what bounds the runs, and how', () => {
    const [role] = events('create', 'roles');
    expect(role).toMatchObject({ level: 'Request', requestObject: { rules: [{ resources: ['secrets'] }] } });
    expect(events('delete', 'validatingadmissionpolicybindings')).toHaveLength(1);
  });
  test('that a Secret was made, and never what is in it', () => {
    const [secret] = events('create', 'secrets');
    expect(secret).toMatchObject({ level: 'Metadata' });
    expect(text()).not.toContain(SECRET);
    expect(text()).not.toContain(Buffer.from(SECRET).toString('base64'));
  });
  test('nothing of what only looks, nor of what nodes report', () => {
    expect(events('list', 'pods')).toEqual([]);
    expect(events('patch', 'pods', 'status')).toEqual([]);
  });
});
