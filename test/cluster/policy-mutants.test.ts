import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHANGE_RULES, CONNECT_RULES } from '../../src/constructs/change-rules.js';
import type { Environment } from '../../src/schema/environment.js';
import { apply, kubectl } from '../support/cluster.js';
import { Impersonated, toNode } from './admission/api.js';
import { BAD_CHANGES, MERGE, merged } from './admission/changes.js';
import {
  deleteInstalled,
  environmentFor,
  objectsFor,
  podFor,
  SPAWNERS,
  USER,
  without,
} from './admission/environment.js';
import { until } from './at-work.js';
import { MINUTES } from './namespace.js';

// That no rule is dead, and no case of admission.test.ts refused by another rule than the one that it names.
const NAMESPACE = 'agent-runner-test-mutants';
const API = 'rbac.authorization.k8s.io';
const OWNER = { user: 'eve', groups: ['everything'] };
const SPAWNER = { user: USER, groups: [SPAWNERS] };

interface Mutant {
  readonly name: string;
  readonly environment: Environment;
  readonly policy: 'change' | 'connect';
}
const mutantsOf = (policy: Mutant['policy'], rules: readonly { readonly name: string }[]): Mutant[] =>
  rules.map(({ name }) => ({ name, policy, environment: environmentFor(`${NAMESPACE}-${name}`) }));
const changes = mutantsOf('change', CHANGE_RULES);
const connects = mutantsOf('connect', CONNECT_RULES);
const mutants = [...changes, ...connects];

let api: Impersonated;
const pathOf = ({ environment }: Mutant, rest = '') => `/api/v1/namespaces/${environment.namespace.name}/pods${rest}`;
const podOf = ({ environment }: Mutant) => podFor(environment) as { metadata: { name: string } };
const podPath = (mutant: Mutant, rest = '') => pathOf(mutant, `/${podOf(mutant).metadata.name}${rest}`);

const change = (mutant: Mutant, { body }: (typeof BAD_CHANGES)[number]) => {
  const { spec } = JSON.parse(kubectl(['get', '--raw', podPath(mutant)]));
  return api.send(SPAWNER, 'PATCH', podPath(mutant, '?dryRun=All'), merged(body, spec), MERGE);
};
const exec = (mutant: Mutant) => api.send(OWNER, 'POST', podPath(mutant, '/exec?command=id&stdout=true'));
const attach = (mutant: Mutant) => api.send(OWNER, 'POST', podPath(mutant, '/attach?stdout=true'));

/** What of the same policy is still refused, so that it is in force. */
const stillRefused = (mutant: Mutant) => {
  if (mutant.policy === 'connect') return mutant.name === 'attach' ? exec(mutant) : attach(mutant);
  const other = BAD_CHANGES.find(
    ({ rule }) => rule === (mutant.name === 'labels-change' ? 'image-change' : 'labels-change'),
  );
  if (!other) throw new Error('no other case');
  return change(mutant, other);
};

beforeAll(async () => {
  api = await Impersonated.start();
  for (const mutant of mutants) {
    const namespace = mutant.environment.namespace.name;
    const objects = objectsFor(mutant.environment).map((object) =>
      without(object, mutant.policy, { rule: mutant.name }),
    );
    const metadata = { name: 'everything', namespace };
    apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...objects,
      {
        apiVersion: `${API}/v1`,
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      },
      {
        apiVersion: `${API}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: API, kind: 'Role', name: 'everything' },
        subjects: [{ apiGroup: API, kind: 'Group', name: 'everything' }],
      },
    ]);
    expect(await api.send(SPAWNER, 'POST', pathOf(mutant), podOf(mutant))).toMatchObject({ status: 201 });
  }
  for (const mutant of mutants)
    await until(async () => (await stillRefused(mutant)).message.includes('denied request'));
}, 3 * MINUTES);
afterAll(() => {
  api?.close();
  deleteInstalled(NAMESPACE);
  const names = mutants.map(({ environment }) => environment.namespace.name);
  kubectl(['delete', 'namespace', '--wait=false', '--ignore-not-found', ...names]);
}, MINUTES);

describe('without one of its rules, the policy lets through', () => {
  test.each(changes)('the change that $name alone refuses', async (mutant) => {
    const own = BAD_CHANGES.filter(({ rule }) => rule === mutant.name);
    const statuses = await Promise.all(own.map(async (one) => (await change(mutant, one)).status));
    expect(statuses).toContain(200);
    // Each container's image can be changed, then.
    if (mutant.name === 'image-change') expect(statuses).toEqual([200, 200]);
  });
  test.each(connects)('the connection that $name alone refuses', async (mutant) => {
    // The pod is on no node, which is said after admission.
    const { message } = await (mutant.name === 'attach' ? attach(mutant) : exec(mutant));
    expect(message).not.toContain('denied request');
  });
  test('the deletion that delete-grace-period alone refuses', async () => {
    const [mutant] = connects;
    if (!mutant) throw new Error('no mutant');
    await toNode(api, podPath(mutant));
    const remove = () => api.send(SPAWNER, 'DELETE', podPath(mutant, '?gracePeriodSeconds=61&dryRun=All'));
    expect((await remove()).message).toContain('denied request: delete-grace-period: ');
    kubectl(['delete', 'validatingadmissionpolicybinding', `${mutant.environment.namespace.name}-delete`]);
    await until(async () => (await remove()).status === 200);
  });
});
