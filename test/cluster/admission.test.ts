import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SPAWN_RULES } from '../../src/constructs/spawn-rules.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import type { Environment } from '../../src/schema/environment.js';
import { apply, kubectl } from '../support/cluster.js';
import { type Answer, Impersonated, ROOT, toNode } from './admission/api.js';
import type { BadCase } from './admission/case.js';
import { BAD, GOOD } from './admission/cases.js';
import { annotations, BAD_CHANGES, MERGE, merged } from './admission/changes.js';
import {
  deleteInstalled,
  environmentFor,
  isForEach,
  objectsFor,
  podFor,
  SPAWNERS,
  type TakenAway,
  USER,
  without,
} from './admission/environment.js';
import { until } from './at-work.js';
import { MINUTES } from './namespace.js';

// No other admission may refuse what the policy is to refuse: no Pod Security, no quota, no limits.
const NAMESPACE = 'agent-runner-test-admission';
const RUNTIME_CLASS = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'agent-runner-test' },
  handler: 'runc',
};
const CREATED = 201;
const FORBIDDEN = 403;

const loose = environmentFor(NAMESPACE);
const strict = environmentFor(`${NAMESPACE}-strict`, true);
const namespaces: string[] = [];
let api: Impersonated;

function install(environment: Environment, labels: Record<string, string> = {}, taken?: TakenAway): void {
  const { name } = environment.namespace;
  namespaces.push(name);
  const objects = objectsFor(environment).map((object) => without(object, 'spawn', taken));
  apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, ...objects]);
}

function changed(pod: object, changes: BadCase['changes']): object {
  const copy = structuredClone(pod);
  for (const [path, value] of changes) {
    let place = copy as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
    const last = path.at(-1) ?? '';
    if (value === undefined && Array.isArray(place)) place.splice(Number(last), 1);
    else if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return copy;
}

const pathOf = (environment: Environment, rest = '') => `/api/v1/namespaces/${environment.namespace.name}/pods${rest}`;
const spawn = (environment: Environment, pod: object, groups: readonly string[] = []): Promise<Answer> =>
  api.send({ user: USER, groups: [SPAWNERS, ...groups] }, 'POST', pathOf(environment, '?dryRun=All'), pod);
const spawnBad = (environment: Environment, { changes }: BadCase) =>
  spawn(environment, changed(podFor(environment), changes));

/** Policies come into force a moment after they are there. */
const inForce = (environment: Environment, rule: string) =>
  until(async () => {
    const wrong = BAD.find((one) => one.rule === rule);
    if (!wrong) throw new Error(`no case for ${rule}`);
    const { message } = await spawnBad(environment, wrong);
    return message.includes(`${rule}: `);
  });

beforeAll(async () => {
  apply([RUNTIME_CLASS]);
  for (const environment of [loose, strict]) install(environment);
  api = await Impersonated.start();
  for (const environment of [loose, strict]) await inForce(environment, 'created-by');
}, 2 * MINUTES);
afterAll(() => {
  api?.close();
  deleteInstalled(NAMESPACE);
  kubectl(['delete', 'namespace', '--wait=false', '--ignore-not-found', ...new Set(namespaces)]);
  kubectl(['delete', 'runtimeclass', RUNTIME_CLASS.metadata.name]);
}, MINUTES);

const envOf = (one: { readonly strict?: boolean }) => (one.strict ? strict : loose);

test('the API server finds nothing wrong with the types of the policies', async () => {
  const all = JSON.parse(kubectl(['get', 'validatingadmissionpolicies', '-o', 'json'])).items;
  const own = all.filter(({ metadata }: { metadata: { name: string } }) => metadata.name.startsWith(`${NAMESPACE}-`));
  expect(own.length).toBeGreaterThanOrEqual(8);
  for (const { status } of own) expect(status?.typeChecking?.expressionWarnings ?? []).toEqual([]);
});

describe('a run is admitted', () => {
  test.each(GOOD)('$what', async ({ request, changes = [], groups, ...one }) => {
    const environment = envOf(one);
    const answer = await spawn(environment, changed(podFor(environment, request), changes), groups);
    expect(answer).toMatchObject({ status: CREATED });
  });
});

describe('a pod is refused by the rule', () => {
  test.each(BAD)('$rule: $what', async (one) => {
    const { status, message } = await spawnBad(envOf(one), one);
    expect(message).toContain(`denied request: ${one.rule}: `);
    expect(status).toBe(FORBIDDEN);
  });
});

describe('without the policy, a namespace that enforces restricted still refuses', () => {
  const environment = environmentFor(`${NAMESPACE}-restricted`);
  beforeAll(() => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const { name } = environment.namespace;
    namespaces.push(name);
    const objects = objectsFor(environment).filter(({ kind }) => !kind.startsWith('ValidatingAdmission'));
    apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, ...objects]);
  });

  test.each(BAD.filter((one) => one.restricted))('$what', async (one) => {
    const { status, message } = await spawnBad(environment, one);
    expect([status, message]).toEqual([FORBIDDEN, expect.stringContaining('violates PodSecurity \\"restricted')]);
  });
  test('but nothing that only the policy knows', async () => {
    const only = BAD.filter((one) => !one.restricted && !one.strict);
    const statuses = await Promise.all(only.map((one) => spawnBad(environment, one)));
    const refused = only.filter((_, index) => statuses[index]?.message.includes('violates PodSecurity'));
    expect(refused.map(({ what }) => what)).toEqual([]);
  });
});

describe('without one of its rules, the policy lets through what that rule alone refuses', () => {
  const mutants = SPAWN_RULES.flatMap((rule) =>
    (isForEach(rule) ? (['runner', 'agent'] as const) : [undefined]).map((container) => ({
      name: [rule.name, ...(container ? [container] : [])].join('-'),
      taken: { rule: rule.name, ...(container && { container }) },
    })),
  ).map((mutant) => ({
    ...mutant,
    environment: environmentFor(`${NAMESPACE}-${mutant.name}`, mutant.taken.rule === 'digest'),
  }));
  beforeAll(async () => {
    for (const { taken, environment } of mutants) install(environment, {}, taken);
    for (const { name, environment } of mutants) await inForce(environment, name === 'restart' ? 'owner' : 'restart');
  }, 3 * MINUTES);

  test.each(mutants)('$name', async ({ taken: { rule, container }, environment }) => {
    const own = BAD.filter((one) => one.rule === rule && Boolean(one.strict) === (rule === 'digest'));
    const answers = await Promise.all(own.map(async (one) => ({ one, ...(await spawnBad(environment, one)) })));
    const created = answers.filter(({ status }) => status === CREATED);
    expect(created.length).toBeGreaterThan(0);
    // What the rule says of the other container still holds.
    if (container) expect(created.map(({ one }) => one.container)).toEqual(created.map(() => container));
  });
});

describe('a run that is there', () => {
  let path: string;
  beforeAll(async () => {
    const pod = podFor(loose) as { metadata: { name: string } };
    expect(await api.send({ user: USER, groups: [SPAWNERS] }, 'POST', pathOf(loose), pod)).toMatchObject({
      status: CREATED,
    });
    path = pathOf(loose, `/${pod.metadata.name}`);
  });
  const patch = (body: object, user = USER) => api.send({ user, groups: [SPAWNERS] }, 'PATCH', path, body, MERGE);

  test.each(BAD_CHANGES)('$rule: cannot be given $what', async ({ rule, body }) => {
    // A merge patch replaces a list whole, so that what is in it comes from the pod itself.
    const { spec } = JSON.parse(kubectl(['get', '--raw', path]));
    const whole = merged(body, spec);
    const { status, message } = await patch(whole);
    expect(message).toContain(`denied request: ${rule}: `);
    expect(status).toBe(FORBIDDEN);
  });
  test('can be cancelled by whoever may, in their own name', async () => {
    const body = { ...annotations({ [ANNOTATIONS.cancelledBy]: 'bob' }), spec: { activeDeadlineSeconds: 5 } };
    expect(await patch(body, 'bob')).toMatchObject({ status: 200 });
  });
  /** A change by a ServiceAccount of a namespace that, by its Role, may change pods. */
  const patchFrom = (namespace: string, body: object) => {
    const groups = [SPAWNERS, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    return api.send({ user: `system:serviceaccount:${namespace}:network`, groups }, 'PATCH', path, body, MERGE);
  };
  test('can be annotated from kube-system, but not in the runner’s name, nor ended earlier', async () => {
    const from = (body: object) => patchFrom('kube-system', body);
    expect(await from(annotations({ 'example.com/ip': '10.0.0.1' }))).toMatchObject({ status: 200 });
    expect((await from(annotations({ [ANNOTATIONS.branch]: 'x' }))).message).toContain('annotations-change: ');
    expect((await from({ spec: { activeDeadlineSeconds: 1 } })).message).toContain('deadline-change: ');
  });
  test('can be annotated and labelled by no ServiceAccount of another namespace', async () => {
    const from = (body: object) => patchFrom('default', body);
    expect((await from(annotations({ 'example.com/ip': '10.0.0.2' }))).message).toContain('annotations-change: ');
    expect((await from({ metadata: { labels: { app: 'other' } } })).message).toContain('labels-change: ');
  });
  test('can be deleted in the foreground: the garbage collector takes its finalizer away', async () => {
    const pod = podFor(loose, { task: 'T003' }) as { metadata: { name: string } };
    const who = { user: USER, groups: [SPAWNERS] };
    await api.send(who, 'POST', pathOf(loose), pod);
    const own = pathOf(loose, `/${pod.metadata.name}`);
    await api.send(who, 'DELETE', `${own}?propagationPolicy=Foreground`);
    await until(async () => (await api.send(who, 'GET', own)).status === 404);
  });
  test('cannot be deleted so late that it outlives its deadline', async () => {
    await toNode(api, path);
    const remove = (grace: number) =>
      api.send({ user: USER, groups: [SPAWNERS] }, 'DELETE', `${path}?gracePeriodSeconds=${grace}&dryRun=All`);
    const { status, message } = await remove(61);
    expect(message).toContain('denied request: delete-grace-period: ');
    expect(status).toBe(FORBIDDEN);
    expect(await remove(60)).toMatchObject({ status: 200 });
  });
  test('nor with all others', async () => {
    const all = pathOf(loose, '?gracePeriodSeconds=61&dryRun=All');
    const { message } = await api.send(ROOT, 'DELETE', all);
    expect(message).toContain('denied request: delete-grace-period: ');
  });
  test('can be deleted', async () => {
    const answer = await api.send({ user: USER, groups: [SPAWNERS] }, 'DELETE', `${path}?gracePeriodSeconds=0`);
    expect(answer).toMatchObject({ status: 200 });
  });
});

describe('whoever has got more rights than the runner gives', () => {
  const OWNER = { user: 'eve', groups: ['everything'] };
  let path: string;
  beforeAll(async () => {
    const metadata = { name: 'everything', namespace: NAMESPACE };
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    const API = 'rbac.authorization.k8s.io';
    const roleRef = { apiGroup: API, kind: 'Role', name: metadata.name };
    const subjects = ['everything', 'admins'].map((name) => ({ apiGroup: API, kind: 'Group', name }));
    apply([
      { apiVersion: `${API}/v1`, kind: 'Role', metadata, rules },
      { apiVersion: `${API}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects },
    ]);
    const pod = podFor(loose, { task: 'T002' }) as { metadata: { name: string } };
    await api.send({ user: USER, groups: [SPAWNERS] }, 'POST', pathOf(loose), pod);
    path = pathOf(loose, `/${pod.metadata.name}`);
    await until(async () => (await api.send(OWNER, 'GET', path)).status === 200);
  });

  test.each([
    ['exec', '/exec?command=id&stdout=true'],
    ['portforward', '/portforward?ports=4096'],
    ['proxy', '/proxy/'],
  ])('gets into no run by %s', async (_, rest) => {
    const { status, message } = await api.send(OWNER, 'POST', `${path}${rest}`);
    expect(message).toContain('denied request: connect: ');
    expect(status).toBe(FORBIDDEN);
  });
  test('attaches to no run, unless in the group of the admins', async () => {
    const attach = (groups: string[]) => api.send({ user: 'eve', groups }, 'POST', `${path}/attach?stdout=true`);
    expect((await attach(['everything'])).message).toContain('denied request: attach: ');
    // The pod is on no node, which is said after admission.
    expect((await attach(['admins'])).message).not.toContain('denied request');
  });
  test('adds no container for debugging', async () => {
    const body = { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } };
    const type = 'application/strategic-merge-patch+json';
    const { message } = await api.send(OWNER, 'PATCH', `${path}/ephemeralcontainers`, body, type);
    expect(message).toContain('denied request: connect: ');
  });
  test('makes no run larger', async () => {
    const body = { spec: { containers: [{ name: 'runner', resources: { requests: { cpu: '500m' } } }] } };
    const type = 'application/strategic-merge-patch+json';
    const { message } = await api.send(OWNER, 'PATCH', `${path}/resize`, body, type);
    expect(message).toContain('denied request: connect: ');
  });
  test.each(['deployments', 'jobs'])('has no run made by %s', async (kind) => {
    // What a controller makes is a pod like any other: it is refused there, and the name of the user is not known.
    const template = {
      metadata: { labels: { app: 'x' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'x' }] },
    };
    const [group, apiVersion, name] =
      kind === 'jobs' ? ['batch/v1', 'batch/v1', 'Job'] : ['apps/v1', 'apps/v1', 'Deployment'];
    const spec =
      kind === 'jobs'
        ? { template }
        : {
            selector: { matchLabels: { app: 'x' } },
            template: { ...template, spec: { containers: template.spec.containers } },
          };
    const object = { apiVersion, kind: name, metadata: { name: 'x' }, spec };
    const made = await api.send(OWNER, 'POST', `/apis/${group}/namespaces/${NAMESPACE}/${kind}`, object);
    expect(made).toMatchObject({ status: CREATED });
    await until(() => kubectl(['-n', NAMESPACE, 'get', 'events', '-o', 'json']).includes('denied request: labels: '));
    expect(kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', 'app=x', '-o', 'name'])).toBe('');
    kubectl(['-n', NAMESPACE, 'delete', kind, 'x']);
    kubectl(['-n', NAMESPACE, 'delete', 'events', '--all']);
  });
});
