import { isIPv6 } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { runSettings } from '../../src/charts/run-settings.js';
import { defineEnvironment, defineEnvironments, environmentSchema } from '../../src/schema/environment.js';
import { CIDR } from '../../src/schema/network.js';
import { environmentInput, problemsOf } from '../run/fixtures.js';
import { NO_RANGES, RANGES } from '../support/ranges.js';
import { changed } from './changed.js';

const problems = (changes: Readonly<Record<string, unknown>>) => problemsOf(() => defineEnvironment(changed(changes)));

describe('defineEnvironment', () => {
  test('keeps what is given and fills in the rest', () => {
    const { namespace, task, egress, pod, runner } = defineEnvironment(environmentInput);
    expect({ namespace, task, egress }).toEqual({
      namespace: { name: 'agent-runner-demo', labels: {}, annotations: {}, podSecurityVersion: 'v1.34' },
      task: {
        deadlineSeconds: 600,
        reserveSeconds: 120,
        stallSeconds: 900,
        checkpointSeconds: 120,
        budget: { tokens: 0, cost: 0 },
        contextCharacters: 131_072,
        allowRepositoryConfig: false,
        sandboxTest: false,
        protectedPaths: { allow: [], allowNamedByTask: true },
        cleanup: 'on-success',
      },
      egress: {
        policy: 'kubernetes',
        profiles: ['github'],
        openGroups: [],
        github: false,
        endpoints: [],
        hosts: [],
        services: [],
        dns: { namespace: 'kube-system', label: 'k8s-app', value: 'kube-dns', addresses: [], names: ['*'] },
      },
    });
    const image = { tag: 'dev', digest: '', requireDigest: false, pullPolicy: 'IfNotPresent' };
    expect(pod.image).toEqual({ ...image, repository: 'agentic-sdlc/opencode' });
    expect(runner.image).toEqual({ ...image, repository: 'agentic-sdlc/agent-runner' });
  });

  test('gives the runner little, whatever the agent needs', () => {
    expect(defineEnvironment(changed({ runner: undefined, pod: undefined })).runner.resources).toEqual({
      requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '1Gi' },
      limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '10Gi' },
    });
  });

  test.each(['hostUsers', 'runtimeClassName', 'priorityClassName'])('leaves pod.%s to the cluster', (field) => {
    expect(runSettings(defineEnvironment(environmentInput)).scheduling).not.toHaveProperty(field);
  });

  test('holds pods to what a run may be, unless it says otherwise', () => {
    expect(defineEnvironment(environmentInput).spawnPolicy).toEqual({ enabled: true });
  });

  test('allows no repository where none is given', () => {
    expect(defineEnvironment(changed({ 'git.repositories': undefined })).git.repositories).toEqual([]);
  });

  test.each(['opencode', 'ghcr.io/org/opencode', 'localhost:5000/opencode', 'registry.example:5000/a/b_c/d.e-f'])(
    'takes the image %s',
    (repository) => {
      expect(problems({ 'pod.image.repository': repository, 'runner.image.repository': repository })).toEqual([]);
    },
  );

  test.each([
    ['pod.resources.limits.memory', '2 GB', 'is not a quantity, like 500m or 2Gi'],
    ['pod.workspaceSize', '-1Gi', 'is not a quantity, like 500m or 2Gi'],
    ['pod.image.pullPolicy', 'always', 'Invalid option: expected one of "Always"|"IfNotPresent"|"Never"'],
    ['pod.image.digest', 'sha256:12', 'is not sha256: and 64 hex digits'],
    ['pod.image.tag', 'a b', 'is not a tag'],
    ['pod.image.repository', 'Agent', 'is not the name of an image without tag'],
    ['runner.image.digest', 'sha256:12', 'is not sha256: and 64 hex digits'],
    ['runner.resources.limits.memory', '1 GB', 'is not a quantity, like 500m or 2Gi'],
    ['task.budget.tokens', -1, 'must be at least 0'],
    ['task.budget.tokens', 0.5, 'is not a whole number of tokens'],
    ['task.budget.cost', -0.01, 'must be at least 0'],
    ['task.budget.cost', '5', 'is not a number'],
    ...[
      'model.example/v1',
      'https://model.example/v1/',
      'https://key@model.example/v1',
      'https://a.example/?x',
      'given',
    ].map((url): [string, unknown, string] => [
      'model.baseURL',
      url,
      'is not a URL like https://model.example/v1, without a slash at its end',
    ]),
    ['model.smallName', 'a b', 'is not the name of a model'],
    ['model.models.0.name', 'a b', 'is not the name of a model'],
    ['model.models.0.limit.context', 0, 'must be more than 0 tokens'],
    ['model.models.0.limit.output', 1.5, 'is not a whole number of tokens'],
    ['pod.terminationGracePeriodSeconds', '60', 'is not a whole number of seconds'],
    ['task.deadlineSeconds', -1, 'must be more than 0 seconds'],
    ['task.deadlineSeconds', 1.5, 'is not a whole number of seconds'],
    ['task.cleanup', 'always', 'Invalid option: expected one of "on-success"|"never"'],
    ['namespace.name', 'My Runs', 'is not a DNS label (a-z, 0-9, -; at most 63)'],
    ['namespace.name', 'x'.repeat(64), 'is not a DNS label (a-z, 0-9, -; at most 63)'],
    ['namespace.podSecurityVersion', 'latest', 'is not a version like v1.34'],
    [
      'git.repositories.0',
      'github.com/org',
      'is not a URL prefix like https://github.com/my-org/, with the host in lowercase and a path like My%20Project',
    ],
    [
      'git.repositories.0',
      'https://me@github.com/',
      'is not a URL prefix like https://github.com/my-org/, with the host in lowercase and a path like My%20Project',
    ],
    [
      'git.repositories.0',
      'https:///my-org/',
      'is not a URL prefix like https://github.com/my-org/, with the host in lowercase and a path like My%20Project',
    ],
    ['git.credentials', [], 'must name at least one Secret'],
    ['git.credentials.0.type', 'password', 'Invalid option: expected one of "token"|"ssh"'],
    ['git.defaultBranch', 'a..b', 'is not a name that git accepts for a branch'],
    ...['agents/{branch}', 'agents/{task}', '{branch}/{task}', '{branch}-{task}-{x}'].map(
      (pattern): [string, unknown, string] => [
        'git.branchPattern',
        pattern,
        'must contain {branch} and {task} once, and not begin with {branch}/: Git has no branch below another branch',
      ],
    ),
    ['externalSecret.refreshInterval', '30m', 'is not a duration as External Secrets stores it, like 30m0s'],
    ['externalSecret.secretStore.name', '', 'must not be empty'],
    ['model.provider', 'a b', 'is not the name of a provider, like anthropic'],
    ['model.name', '', 'is not the name of a model'],
    ['egress.profiles', [], 'must name at least one profile'],
    ['egress.dns.names', [], 'must name at least one'],
  ])('refuses %s: %j, and names environment, field, value and rule', (path, value, rule) => {
    expect(problems({ [path]: value })).toEqual([`environment demo: ${path}: ${JSON.stringify(value)}: ${rule}`]);
  });

  test('refuses a price below nothing, and one that is missing', () => {
    const broken = [{ name: 'model', prices: { input: -1, output: 1, cacheRead: 1 } }];
    expect(problems({ 'model.models': broken })).toEqual([
      'environment demo: model.models.0.prices.input: -1: must be at least 0',
      expect.stringContaining('model.models.0.prices.cacheWrite: is missing'),
    ]);
  });

  test.each(NO_RANGES)('refuses %s as an endpoint', (cidr) => {
    expect(problems({ 'egress.endpoints': [{ cidr, port: 443 }] })).toEqual([
      expect.stringContaining(`egress.endpoints.0.cidr: ${JSON.stringify(cidr)}: is not a range of addresses like`),
    ]);
  });

  test.each(RANGES)('takes %s as an endpoint', (cidr) => {
    expect(problems({ 'egress.endpoints': [{ cidr, port: 443 }] })).toEqual([]);
  });

  test.each(['.vscode/**', '.github/workflows/docs.yml', '**/AGENTS.md', '.devcontainer/', 'Jenkinsfile', '..a/b...'])(
    'takes %s as a protected path that is allowed',
    (glob) => expect(problems({ 'task.protectedPaths.allow': [glob] })).toEqual([]),
  );

  test.each(['/etc/passwd', '../x', 'a/../b', 'a/./b', '', '.', '..', '/', '*', '**', '**/*', 'a//b', 'a b', 'a\\b'])(
    'takes no protected path %j',
    (glob) => {
      expect(problems({ 'task.protectedPaths.allow': ['.vscode', glob] })).toEqual([
        `environment demo: task.protectedPaths.allow.1: ${JSON.stringify(glob)}: is not a path or glob inside the repository, like .github/workflows/docs.yml or .vscode/**`,
      ]);
    },
  );

  const withKnownHosts = (knownHosts: string) =>
    problems({ 'git.credentials': [{ source: 'externalSecret', name: 'git', type: 'ssh', knownHosts }] });

  test('takes host keys as ssh-keyscan prints them, also for a port and by hash', () => {
    const knownHosts = [
      'git.example,203.0.113.7 ssh-ed25519 AAAAC3Nz/+a=',
      '[git.example]:2222 ecdsa-sha2-nistp256 AAAAE2Vj==',
      '|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAAB3Nz',
      '[2001:db8::7]:2222 sk-ssh-ed25519@openssh.com AAAAGnNr\n',
    ].join('\n');
    expect(withKnownHosts(knownHosts)).toEqual([]);
  });

  test.each(['{{ .value }}', 'git.example', 'git.example ssh-ed25519', '# git.example:22', 'a ssh-rsa AAAA\n\n'])(
    'takes no host keys like %j',
    (knownHosts) => {
      expect(withKnownHosts(knownHosts)).toEqual([
        `environment demo: git.credentials.0.knownHosts: ${JSON.stringify(knownHosts)}: is not output of ssh-keyscan: each line needs host, type and key`,
      ]);
    },
  );

  test('takes for an address of IPv6 what is one, and nothing else', () => {
    const groups = fc.array(fc.constantFrom('', '0', '7', 'db8', 'ffff', '10000', 'g'), { maxLength: 10 });
    const same = fc.property(groups, (parts) => {
      const address = parts.join(':');
      expect(CIDR.test(`${address}/64`)).toBe(isIPv6(address));
    });
    fc.assert(same, { numRuns: 5000 });
  });

  test.each(['*.example.com', 'example', '203.0.113.7'])('refuses %s as a host', (name) => {
    expect(problems({ 'egress.policy': 'cilium', 'egress.hosts': [{ name, port: 443 }] })).toEqual([
      `environment demo: egress.hosts.0.name: "${name}": is not the name of a host, like api.example.com`,
    ]);
  });

  test('lists the clouds for an unknown one', () => {
    expect(problems({ 'serviceAccount.workloadIdentity': { type: 'gcp' } })).toEqual([
      expect.stringMatching(
        /workloadIdentity\.type: .*"gcp".*'none' \| 'gke' \| 'eks-irsa' \| 'eks-pod-identity' \| 'aks'/,
      ),
    ]);
  });

  test.each(['nope', 'pod.replicas', 'task.deadline', 'pod.resources.limits.gpu'])('refuses the unknown %s', (path) => {
    expect(problems({ [path]: 1 })).toEqual([`environment demo: ${path} is unknown; remove it or correct its name`]);
  });

  test.each(['name', 'namespace', 'namespace.name'])('asks for %s', (path) => {
    expect(problems({ [path]: undefined })).toEqual([expect.stringContaining(`: ${path}: is missing`)]);
  });

  test('names all problems at once', () => {
    const broken = {
      'namespace.name': undefined,
      'pod.resources.requests.cpu': 'one',
      'pod.resources.requests.gpu': '1',
      'task.deadlineSeconds': -1,
      'task.cleanup': 'always',
    };
    expect(problems(broken)).toEqual([
      expect.stringMatching(/^environment demo: namespace\.name: is missing/),
      expect.stringMatching(/^environment demo: pod\.resources\.requests\.cpu: "one": is not a quantity/),
      expect.stringMatching(/^environment demo: pod\.resources\.requests\.gpu is unknown/),
      expect.stringMatching(/^environment demo: task\.deadlineSeconds: -1: must be more than 0/),
      expect.stringMatching(/^environment demo: task\.cleanup: "always": .*"on-success"\|"never"/),
    ]);
  });

  test.each([
    ['a duration that the controller rewrites to 1h0m0s', 'externalSecret.refreshInterval', '3600s'],
    ['a duration that the controller rewrites to 1h30m0s', 'externalSecret.refreshInterval', '90m0s'],
    ['a duration that the controller rewrites to 5h0m0s', 'externalSecret.refreshInterval', '5h0s'],
    ['an image with its tag', 'pod.image.repository', 'agentic-sdlc/opencode:v1'],
    ['a default repository that is none', 'git.defaultRepo', 'git.example/team/app'],
  ])('refuses %s', (_, path, value) => {
    expect(problems({ [path]: value })).toHaveLength(1);
  });
});

describe('defineEnvironments', () => {
  test('gives every environment', () => {
    const names = defineEnvironments([environmentInput, changed({ name: 'other', 'namespace.name': 'other' })]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['demo', 'other']);
  });
  test('names every problem of every environment', () => {
    const two = [
      changed({ name: 'one', 'namespace.name': 'one', 'pod.image.tag': 'a b', 'task.cleanup': 'always' }),
      changed({ name: 'two', 'namespace.name': 'two', 'pod.gpu': 1 }),
    ];
    const named = problemsOf(() => defineEnvironments([environmentInput, ...two]));
    expect(named.map((problem) => problem.split(' ').slice(0, 3).join(' '))).toEqual([
      'environment one: pod.image.tag:',
      'environment one: task.cleanup:',
      'environment two: pod.gpu',
    ]);
  });
  test('refuses two of one name, and two in one namespace', () => {
    expect(problemsOf(() => defineEnvironments([environmentInput, environmentInput]))).toEqual([
      'environment demo is given twice; give each its own name',
    ]);
    expect(problemsOf(() => defineEnvironments([environmentInput, changed({ name: 'other' })]))).toEqual([
      'environments demo and other: namespace.name is "agent-runner-demo" in each; give each its own',
    ]);
  });
  test('refuses one whose manifests would lie where those of Argo CD for another do', () => {
    const taken = changed({ name: 'argocd-demo', 'namespace.name': 'other' });
    expect(problemsOf(() => defineEnvironments([environmentInput, taken]))).toEqual([
      "environment argocd-demo: another environment's Argo CD manifests have this folder; give it another name",
    ]);
  });
});

describe('one correction is enough: beside a wrong field', () => {
  const rule = 'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds';
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['of another section', { 'pod.image.tag': 'a b' }],
    ['that is missing', { name: undefined }],
    ['that is unknown', { 'pod.gpu': 1 }],
    ['in an element of a list', { 'git.credentials': [{ source: 'existing', name: 'A B', type: 'token' }] }],
    ['in an element that lacks one', { 'git.credentials': [{ source: 'existing' }] }],
    ['of an option that needs another', { 'externalSecret.secretStore.provider': { type: 'gcp' } }],
    ['that is no map at all', { egress: 'open' }],
  ])('%s, the broken rules are named too', (_, wrong) => {
    const named = problems({ ...wrong, 'task.deadlineSeconds': 10 });
    expect(named.filter((problem) => problem.endsWith(rule))).toHaveLength(1);
    expect(named.length).toBeGreaterThan(1);
  });
  test.each([['constructor'], ['toString'], ['valueOf']])('that is called %s, they are named too', (name) => {
    const named = problemsOf(() =>
      defineEnvironment({ ...changed({ 'task.deadlineSeconds': 10 }), [name]: 1 } as never),
    );
    expect(named).toEqual([
      `environment demo: ${name} is unknown; remove it or correct its name`,
      `environment demo: ${rule}`,
    ]);
  });
  test('that is a circle, the field is named', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const named = problemsOf(() => defineEnvironment({ ...changed({}), gpu: circle } as never));
    expect(named).toEqual(['environment demo: gpu is unknown; remove it or correct its name']);
  });
  test('that a rule asks about, the rule is left out', () => {
    const named = problems({ 'pod.terminationGracePeriodSeconds': 'long', 'task.deadlineSeconds': 10 });
    expect(named).toEqual([expect.stringContaining('pod.terminationGracePeriodSeconds: "long"')]);
  });
  test.each<[unknown, readonly string[]]>([
    [null, ["an environment is null; give a map, like { name: 'dev', … }"]],
    ['dev', ["an environment is a string; give a map, like { name: 'dev', … }"]],
    [[], ["an environment is a list; give a map, like { name: 'dev', … }"]],
    [() => 1, ["an environment is a function; give a map, like { name: 'dev', … }"]],
    [
      {},
      [
        'environment without a name: name: is missing; give a text',
        'environment without a name: namespace: is missing; give a map',
      ],
    ],
    [{ namespace: { name: 'space' } }, ['environment in namespace space: name: is missing; give a text']],
    [{ name: 3, namespace: { name: 'space' } }, ['environment in namespace space: name: 3 is not a text']],
    [
      { name: 'dev', namespace: { name: 'space' }, model: { baseUrl: 1, nam: 2 } },
      ['environment dev: model.baseUrl and model.nam are unknown; remove them or correct their names'],
    ],
  ])('an environment that is %j is refused in words', (input, expected) => {
    expect(problemsOf(() => defineEnvironment(input as never))).toEqual(expected);
  });
});

describe('the schema', () => {
  type Node = Readonly<Record<string, unknown>>;

  /** Every node below, with its path; the branches of a union are told apart by number. */
  function nodesBelow(node: Node, path: string): [path: string, node: Node][] {
    const children = [
      ...Object.entries((node.properties as Record<string, Node> | undefined) ?? {}),
      ...((node.oneOf as Node[] | undefined) ?? []).map((branch, index) => [String(index), branch] as const),
      ...(node.items ? [['[]', node.items as Node] as const] : []),
    ];
    return [[path, node], ...children.flatMap(([name, child]) => nodesBelow(child, path ? `${path}.${name}` : name))];
  }
  const nodes = nodesBelow(z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }), '');
  // What an array is for stands at the array.
  const leaves = nodes.filter(([path, node]) => !node.properties && !node.oneOf && !path.endsWith('[]'));
  const closed = nodes.filter(([, node]) => node.properties);

  test('is walked to its ends', () => {
    const paths = leaves.map(([path]) => path);
    for (const path of ['name', 'git.credentials.[].0.property', 'pod.resources.limits.cpu'])
      expect(paths).toContain(path);
    expect(leaves.length).toBeGreaterThan(50);
  });

  test.each(leaves)('describes %s in a sentence', (_, node) => {
    expect(node.description).toMatch(/^\S.*[^.]\.$/);
  });

  test.each(closed)('takes no unknown key in "%s"', (_, node) => {
    expect(node.additionalProperties).toBe(false);
  });
});
