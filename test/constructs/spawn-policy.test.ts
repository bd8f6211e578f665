import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { CHANGE_RULES, CONNECT_RULES, DELETE_RULES } from '../../src/constructs/change-rules.js';
import { SpawnPolicy, type SpawnPolicyProps } from '../../src/constructs/spawn-policy.js';
import { SPAWN_RULES } from '../../src/constructs/spawn-rules.js';
import { INPUT_VARIABLES } from '../../src/run/input.js';
import { settings } from '../run/fixtures.js';
import { all, render } from './pod-fixtures.js';

const minimal: SpawnPolicyProps = {
  namespace: 'runs',
  settings,
  images: {
    runner: { repository: 'registry.example/runner', requireDigest: false },
    agent: { repository: 'registry.example/opencode', requireDigest: false },
  },
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
const variable = (of_: string, props: Partial<SpawnPolicyProps> = {}) => {
  const [policy] = of('ValidatingAdmissionPolicy', props);
  return JSON.parse(policy?.spec.variables?.find(({ name }) => name === of_)?.expression ?? '{}');
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
      images: { ...minimal.images, agent: { repository: 'registry.example/other', requireDigest: true } },
      openGroups: ['a'],
      settings: { ...settings, repositories: ['https://git.example/'], deadlineSeconds: 9 },
    });
    expect(other?.spec.validations).toEqual(one?.spec.validations);
  });
  test('compares with all that it was given', () => {
    expect(
      variable('allowed', {
        openGroups: ['oidc:open'],
        credentialGroups: [{ credential: 'git', group: 'oidc:special' }],
      }),
    ).toMatchObject({
      openGroups: ['oidc:open'],
      credentialGroups: ['git oidc:special'],
      deadlineSeconds: [String(settings.deadlineSeconds)],
    });
    const [, , , connect] = of('ValidatingAdmissionPolicy', { adminGroups: ['oidc:admin'] });
    expect(connect?.spec.variables?.[0]?.expression).toContain('"oidc:admin"');
  });

  test.each(['runner', 'agent'] as const)('bounds the %s by its own image, pull policy and resources', (name) => {
    const resources = (one: string) => ({
      requests: { cpu: `${one}1`, memory: `${one}2`, 'ephemeral-storage': `${one}3` },
      limits: { cpu: `${one}4`, memory: `${one}5`, 'ephemeral-storage': `${one}6` },
    });
    const own = {
      ...settings,
      imagePullPolicy: 'Never',
      resources: resources('1'),
      runner: { ...settings.runner, imagePullPolicy: 'Always', resources: resources('2') },
    } as const;
    const images = { ...minimal.images, [name]: { ...minimal.images[name], requireDigest: true } };
    const bounds = variable('bounds', { images, settings: own });
    const first = { runner: '2', agent: '1' }[name];
    expect(Object.keys(bounds)).toEqual(['agent', 'runner']);
    expect(bounds[name]).toEqual({
      image: minimal.images[name].repository,
      requireDigest: 'true',
      pullPolicy: { runner: 'Always', agent: 'Never' }[name],
      'requests.cpu': `${first}1`,
      'requests.memory': `${first}2`,
      'requests.ephemeral-storage': `${first}3`,
      'limits.cpu': `${first}4`,
      'limits.memory': `${first}5`,
      'limits.ephemeral-storage': `${first}6`,
    });
    expect(bounds[name === 'runner' ? 'agent' : 'runner'].requireDigest).toBe('false');
  });
  test('bounds every volume that can be written to', () => {
    const { workspaceSize, homeSize, temporarySize } = settings;
    const sizes = { workspace: workspaceSize, control: workspaceSize, home: homeSize, tmp: temporarySize };
    expect(variable('sizes')).toEqual({ ...sizes, runner: '100Mi' });
  });
  test('knows of each container what AgentPod makes of it', () => {
    const { runner, agent } = variable('shape');
    const made = render(all).spec;
    const mounts = ({ volumeMounts }: { volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[] }) =>
      volumeMounts.map(({ name, mountPath, readOnly = false }) => `${name} ${mountPath} readOnly=${readOnly}`);
    expect(runner).toEqual({ command: [], mounts: mounts(made.containers[0]), variables: INPUT_VARIABLES });
    expect(agent).toEqual({
      command: made.initContainers[0].command,
      mounts: mounts(made.initContainers[0]),
      variables: [],
    });
  });
  test('has no rule that names the place of a container, but for the one about their names: each holds for both', () => {
    for (const { name, holds } of SPAWN_RULES.filter(({ name }) => name !== 'containers'))
      expect([name, holds]).toEqual([name, expect.not.stringMatching(/[cC]ontainers\b(?!\.all\(c, )/)]);
  });
});
