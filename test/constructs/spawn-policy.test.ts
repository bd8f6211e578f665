import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { CHANGE_RULES, CONNECT_RULES, DELETE_RULES } from '../../src/constructs/change-rules.js';
import { SpawnPolicy, type SpawnPolicyProps } from '../../src/constructs/spawn-policy.js';
import { SPAWN_RULES } from '../../src/constructs/spawn-rules.js';
import { settings } from '../run/fixtures.js';

const minimal: SpawnPolicyProps = {
  namespace: 'runs',
  settings,
  image: 'registry.example/opencode',
  requireDigest: false,
  openGroups: [],
  credentialGroups: [],
  adminGroups: [],
};

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly failurePolicy?: string;
    readonly matchConstraints?: { readonly resourceRules: readonly object[] };
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations?: readonly { readonly message: string; readonly expression: string }[];
    readonly validationActions?: readonly string[];
    readonly matchResources?: { readonly namespaceSelector: unknown };
    readonly auditAnnotations?: readonly { readonly key: string }[];
    readonly paramKind?: unknown;
  };
}

function rendered(props: Partial<SpawnPolicyProps> = {}): Policy[] {
  const chart = new Chart(new App(), 'test', { namespace: 'runs', disableResourceNameHashes: true });
  new SpawnPolicy(chart, 'SpawnPolicy', { ...minimal, ...props });
  return chart.toJson();
}
const of = (kind: string, props?: Partial<SpawnPolicyProps>) => rendered(props).filter((one) => one.kind === kind);
/** What the policy about new pods compares with. */
const allowed = (props: Partial<SpawnPolicyProps>) => {
  const [policy] = of('ValidatingAdmissionPolicy', props);
  return JSON.parse(policy?.spec.variables?.find(({ name }) => name === 'allowed')?.expression ?? '{}');
};

describe('SpawnPolicy', () => {
  test('makes a policy and its binding for new pods, for changes, for deletions, and for what gets into a pod', () => {
    expect(rendered().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      ['runs-spawn', 'runs-change', 'runs-delete', 'runs-connect'].flatMap((name) => [
        `ValidatingAdmissionPolicy ${name}`,
        `ValidatingAdmissionPolicyBinding ${name}`,
      ]),
    );
  });
  test('is cluster-scoped, and named after its namespace', () => {
    for (const { metadata } of rendered())
      expect([metadata.namespace, metadata.name]).toEqual([undefined, expect.stringMatching(/^runs-/)]);
  });
  test('looks at new pods, at their changes and deletions, and at everything that gets into one', () => {
    const looksAt = of('ValidatingAdmissionPolicy').map(({ spec }) => spec.matchConstraints?.resourceRules);
    const rule = (operation: string, ...resources: string[]) => ({
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: [operation],
      resources,
      scope: '*',
    });
    expect(looksAt).toEqual([
      [rule('CREATE', 'pods')],
      [rule('UPDATE', 'pods')],
      [rule('DELETE', 'pods')],
      [
        rule('CONNECT', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy'),
        rule('UPDATE', 'pods/ephemeralcontainers', 'pods/resize'),
      ],
    ]);
  });
  test('holds each of these to all of its rules', () => {
    const messages = of('ValidatingAdmissionPolicy').map(({ spec }) => spec.validations?.map(({ message }) => message));
    const rules = [SPAWN_RULES, CHANGE_RULES, DELETE_RULES, CONNECT_RULES];
    expect(messages).toEqual(rules.map((all) => all.map(({ name, message }) => `${name}: ${message}`)));
  });
  test('takes annotations from nodes and kube-system, not from every ServiceAccount, and an earlier end from users alone', () => {
    const [, change] = of('ValidatingAdmissionPolicy');
    const controller = change?.spec.variables?.find(({ name }) => name === 'controller')?.expression;
    expect(controller?.match(/'[^']+'/g)).toEqual([
      "'system:masters'",
      "'system:nodes'",
      "'system:serviceaccounts:kube-system'",
    ]);
    const asked = change?.spec.validations?.filter(({ expression }) => expression.includes('variables.controller'));
    expect(asked?.map(({ message }) => message.split(': ')[0])).toEqual(['annotations-change']);
  });
  test('refuses what it cannot decide, but no deletion', () => {
    const policies = of('ValidatingAdmissionPolicy').map(({ metadata, spec }) => [metadata.name, spec.failurePolicy]);
    expect(policies).toEqual([
      ['runs-spawn', 'Fail'],
      ['runs-change', 'Fail'],
      ['runs-delete', 'Ignore'],
      ['runs-connect', 'Fail'],
    ]);
  });
  test('depends on no other object, which could be changed or be missing', () => {
    for (const { spec } of rendered()) expect(spec).not.toHaveProperty('paramKind');
  });
  test('holds in its own namespace alone, and tells the audit log of what it refuses', () => {
    for (const { spec } of of('ValidatingAdmissionPolicyBinding')) {
      expect(spec.matchResources).toEqual({
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'runs' } },
      });
      expect(spec.validationActions).toEqual(['Deny', 'Audit']);
    }
  });
  test('tells the audit log what was spawned: task, repository, branch, egress and credential', () => {
    const [policy] = of('ValidatingAdmissionPolicy');
    expect(policy?.spec.auditAnnotations?.map(({ key }) => key)).toEqual([
      'task',
      'repository',
      'branch',
      'egress',
      'credential',
    ]);
  });
  test('leads each message with the name of its rule, and gives each name once', () => {
    for (const { spec } of of('ValidatingAdmissionPolicy')) {
      const names = (spec.validations ?? []).map(({ message }) => message.split(': ')[0]);
      expect(new Set(names).size).toBe(names.length);
    }
    expect(SPAWN_RULES.map(({ name }) => name).every((name) => /^[a-z-]+$/.test(name))).toBe(true);
  });
  test('has rules whose text is the same for every namespace', () => {
    const [one] = of('ValidatingAdmissionPolicy');
    const [other] = of('ValidatingAdmissionPolicy', {
      image: 'registry.example/other',
      openGroups: ['a'],
      settings: { ...settings, repositories: ['https://git.example/'], deadlineSeconds: 9 },
    });
    expect(other?.spec.validations).toEqual(one?.spec.validations);
  });
  test('compares with all that it was given', () => {
    expect(
      allowed({
        requireDigest: true,
        openGroups: ['oidc:open'],
        credentialGroups: [{ credential: 'git', group: 'oidc:special' }],
      }),
    ).toMatchObject({
      image: ['registry.example/opencode'],
      requireDigest: ['true'],
      openGroups: ['oidc:open'],
      credentialGroups: ['git oidc:special'],
      deadlineSeconds: [String(settings.deadlineSeconds)],
      cpu: [settings.resources.limits.cpu],
    });
    const [, , , connect] = of('ValidatingAdmissionPolicy', { adminGroups: ['oidc:admin'] });
    expect(connect?.spec.variables?.[0]?.expression).toContain('"oidc:admin"');
  });
});
