import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { rightsTable } from '../../tools/rights.js';
import { apply, deletePolicies, kubectl } from '../support/cluster.js';
import { type Answer, Impersonated } from './admission/api.js';
import { podFor } from './admission/environment.js';
import { until } from './at-work.js';
import { MINUTES } from './namespace.js';

const NAMESPACE = 'agent-runner-test-rbac';
const FORBIDDEN = 403;
const environment = defineEnvironment({
  name: 'rbac',
  namespace: { name: NAMESPACE },
  git: {
    repositories: ['https://github.com/my-org/'],
    credentials: [{ source: 'existing', type: 'token', name: 'git' }],
  },
  model: { credential: { source: 'existing', name: 'model' } },
  rbac: { groupPrefix: 'test:', groups: { viewer: ['viewer'], maintainer: ['maintainer'], admin: ['admin'] } },
});
const REPO = 'https://github.com/my-org/shop';
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

interface Pod {
  readonly metadata: { readonly name: string; annotations: Record<string, string> };
  spec: {
    serviceAccountName: string;
    volumes: { name: string; secret?: { secretName: string } }[];
    containers: { command?: string[]; envFrom?: object[] }[];
  };
}

const as = (role: string) => ({ user: 'ada', groups: [`test:${role}`] });

let api: Impersonated;
beforeAll(async () => {
  apply(new RunnerChart(new App(), environment.name, { environment }).toJson());
  api = await Impersonated.start();
  // Policies come into force a moment after they are there.
  const foreign = podFor(environment, { repo: REPO }) as never as Pod;
  foreign.metadata.annotations[ANNOTATIONS.createdBy] = 'eve';
  await until(async () =>
    (await api.send(as('maintainer'), 'POST', `${PODS}?dryRun=All`, foreign)).message.includes('-spawn'),
  );
}, MINUTES);
afterAll(() => {
  api?.close();
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  deletePolicies(NAMESPACE);
});

test('what each role may do is what docs/security.md says', async () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/security.md', import.meta.url)), 'utf8');
  const [, documented = ''] = /<!-- generated rights -->\n([\s\S]*?)<!-- end -->/.exec(page) ?? [];
  const table = await rightsTable(async (role, verb, { group, resource, name }) => {
    const [kind = '', subresource] = resource.split('/');
    const resourceAttributes = { namespace: NAMESPACE, verb, group, resource: kind, subresource, name };
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { message } = await api.send(as(role), 'POST', path, review);
    return JSON.parse(message).status.allowed;
  });
  expect(table).toBe(documented.trim());
});

describe('a maintainer who is after more', () => {
  const good = () => structuredClone(podFor(environment, { repo: REPO })) as never as Pod;
  const send = (method: string, path: string, body?: object, type?: string): Promise<Answer> =>
    api.send(as('maintainer'), method, path, body, type);
  /** A run's pod with a change. */
  const spawned = (change: (pod: Pod) => void) => {
    const pod = good();
    change(pod);
    return send('POST', `${PODS}?dryRun=All`, pod);
  };
  beforeAll(async () => {
    expect(await send('POST', PODS, good())).toMatchObject({ status: 201 });
  });

  test('mounts no Secret that is none of the run', async () => {
    const { message } = await spawned(({ spec }) => {
      for (const { secret } of spec.volumes) if (secret) secret.secretName = 'database';
    });
    expect(message).toMatch(/denied request: [\w-]+: /);
  });
  test('has no Secret put into variables', async () => {
    const { message } = await spawned(({ spec }) => {
      for (const container of spec.containers) container.envFrom = [{ secretRef: { name: 'git' } }];
    });
    expect(message).toMatch(/denied request: [\w-]+: /);
  });
  test('gives a run neither the ServiceAccount with the cloud identity nor the default one', async () => {
    for (const name of [environment.serviceAccount.secretsName, 'default']) {
      const { message } = await spawned(({ spec }) => {
        spec.serviceAccountName = name;
      });
      expect(message).toMatch(/denied request: [\w-]+: /);
    }
  });
  test('runs no program of their own', async () => {
    const { message } = await spawned(({ spec }) => {
      for (const container of spec.containers)
        container.command = ['cat', '/var/run/secrets/agent-runner/git/password'];
    });
    expect(message).toMatch(/denied request: [\w-]+: /);
  });
  test('spawns in nobody else’s name', async () => {
    const { message } = await spawned(({ metadata }) => {
      metadata.annotations[ANNOTATIONS.createdBy] = 'eve';
    });
    expect(message).toContain('denied request: created-by: ');
  });
  test('gets no shell in a run', async () => {
    const path = `${PODS}/${good().metadata.name}/exec?command=id&stdout=true`;
    expect(await send('POST', path)).toMatchObject({ status: FORBIDDEN });
  });
  test.each(['agent', 'agent-secrets', 'default'])('asks for no token of the ServiceAccount %s', async (name) => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['x'] } };
    const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${name}/token`;
    expect(await send('POST', path, body)).toMatchObject({ status: FORBIDDEN });
  });
  test('changes no label that policies select by', async () => {
    const body = { metadata: { labels: { [LABELS.egress]: 'open' } } };
    const path = `${PODS}/${good().metadata.name}`;
    const { message } = await send('PATCH', path, body, 'application/merge-patch+json');
    expect(message).toContain('denied request: labels-change: ');
  });
  test.each([
    ['the policy', `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${NAMESPACE}-spawn`],
    ['its binding', `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${NAMESPACE}-spawn`],
    ['the network policy', `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies/agent-runs-deny`],
    ['the settings', `/api/v1/namespaces/${NAMESPACE}/configmaps/agent-runner-settings`],
    ['the quota', `/api/v1/namespaces/${NAMESPACE}/resourcequotas/agent-runs`],
    ['the namespace', `/api/v1/namespaces/${NAMESPACE}`],
  ])('neither changes nor deletes %s', async (_, path) => {
    const body = { metadata: { labels: { x: 'y' } } };
    expect(await send('PATCH', path, body, 'application/merge-patch+json')).toMatchObject({ status: FORBIDDEN });
    expect(await send('DELETE', path)).toMatchObject({ status: FORBIDDEN });
  });
  test('gives nobody a right, themselves included', async () => {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`;
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'more' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
    };
    expect(await send('POST', path, body)).toMatchObject({ status: FORBIDDEN });
  });
});
