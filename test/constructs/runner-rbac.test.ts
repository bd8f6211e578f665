import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { ROLES, RunnerRbac, type RunnerRbacProps } from '../../src/constructs/runner-rbac.js';

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

function render(props: RunnerRbacProps) {
  const chart = new Chart(new App(), 'test');
  new RunnerRbac(chart, 'Rbac', props);
  return Testing.synth(chart);
}

const minimal: RunnerRbacProps = { name: 'runner' };
const all: Required<RunnerRbacProps> = {
  name: 'runner',
  groups: { viewer: ['looks'], maintainer: ['spawns', 'cancels'], admin: ['clears'] },
};
const rulesOf = (role: string): Rule[] =>
  render(minimal).find(({ metadata }) => metadata.name === `runner-${role}`).rules;
const may = (role: string, verb: string, resource: string) =>
  rulesOf(role).some(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb));

describe('RunnerRbac', () => {
  test('makes the three Roles and binds nobody by itself', () => {
    expect(render(minimal).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      ROLES.map((role) => `Role runner-${role}`),
    );
  });
  test('binds every group to the Role of its name', () => {
    const bindings = render(all).filter(({ kind }) => kind === 'RoleBinding');
    expect(
      bindings.map(({ roleRef, subjects }) => [roleRef.name, subjects.map(({ name }: { name: string }) => name)]),
    ).toEqual([
      ['runner-viewer', ['looks']],
      ['runner-maintainer', ['spawns', 'cancels']],
      ['runner-admin', ['clears']],
    ]);
    for (const { roleRef, subjects } of bindings) {
      expect(roleRef.kind).toBe('Role');
      for (const { kind } of subjects) expect(kind).toBe('Group');
    }
  });
  test('binds no role to an empty list of groups', () => {
    expect(render({ name: 'runner', groups: { viewer: [] } }).filter(({ kind }) => kind === 'RoleBinding')).toEqual([]);
  });
  test('is all in the namespace: no ClusterRole', () => {
    expect(render(all).filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  });

  describe.each(ROLES)('%s', (role) => {
    test('may look at runs, their logs and the settings', () => {
      for (const verb of ['get', 'list', 'watch']) expect(may(role, verb, 'pods')).toBe(true);
      expect(may(role, 'get', 'pods/log')).toBe(true);
    });
    test('may read no other ConfigMap', () => {
      const [rule] = rulesOf(role).filter(({ resources }) => resources.includes('configmaps'));
      expect(rule).toMatchObject({ resourceNames: ['agent-runner-settings'], verbs: ['get'] });
    });
    test('has no wildcard', () => {
      for (const { apiGroups, resources, verbs } of rulesOf(role)) {
        expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      }
    });
    test.each([
      'secrets',
      'pods/exec',
      ...(role === 'admin' ? [] : ['pods/attach']),
      'pods/portforward',
      'pods/ephemeralcontainers',
      'serviceaccounts/token',
      'roles',
      'rolebindings',
      'networkpolicies',
    ])('has no right on %s', (resource) => {
      expect(rulesOf(role).filter(({ resources }) => resources.includes(resource))).toEqual([]);
    });
    test.each(['escalate', 'bind', 'impersonate', 'update'])('may not %s', (verb) => {
      expect(rulesOf(role).filter(({ verbs }) => verbs.includes(verb))).toEqual([]);
    });
  });

  test('lets viewers change nothing', () => {
    for (const { verbs } of rulesOf('viewer')) {
      for (const verb of verbs) expect(['get', 'list', 'watch']).toContain(verb);
    }
  });
  test('lets maintainers spawn and cancel', () => {
    for (const verb of ['create', 'patch', 'delete']) expect(may('maintainer', verb, 'pods')).toBe(true);
  });
  test('lets admins alone clear many runs at once', () => {
    expect(ROLES.filter((role) => may(role, 'deletecollection', 'pods'))).toEqual(['admin']);
  });
});
