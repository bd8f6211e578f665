import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { AgentNamespace, type AgentNamespaceProps } from '../../src/constructs/agent-namespace.js';

const minimal: AgentNamespaceProps = { name: 'agents', podSecurityVersion: 'v1.34' };

function render(props: AgentNamespaceProps) {
  const chart = new Chart(new App(), 'test');
  new AgentNamespace(chart, 'Namespace', props);
  return Testing.synth(chart);
}

describe('AgentNamespace', () => {
  test('enforces restricted in a pinned version from the minimal definition, and warns by the newest', () => {
    expect(render(minimal)).toMatchInlineSnapshot(`
[
  {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
      "labels": {
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": "latest",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.34",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "latest",
      },
      "name": "agents",
    },
    "spec": {},
  },
]
`);
  });

  test('takes all props', () => {
    const all: Required<AgentNamespaceProps> = {
      name: 'agents',
      podSecurityVersion: 'v1.30',
      labels: { team: 'platform' },
      annotations: { owner: 'platform@example.org' },
    };
    const [namespace] = render(all);
    expect(namespace.metadata).toMatchObject({ name: 'agents', annotations: { owner: 'platform@example.org' } });
    expect(namespace.metadata.labels).toMatchObject({
      team: 'platform',
      'pod-security.kubernetes.io/enforce-version': 'v1.30',
    });
  });

  test.each(['a', '9', 'agents-0-z', 'a'.repeat(63)])('takes the name %s', (name) => {
    expect(render({ ...minimal, name })[0].metadata.name).toBe(name);
  });

  test.each(['enforce', 'enforce-version', 'warn', 'audit'])('lets no label weaken %s', (mode) => {
    const label = `pod-security.kubernetes.io/${mode}`;
    const [namespace] = render({ ...minimal, labels: { [label]: 'privileged' } });
    expect(namespace.metadata.labels[label]).toBe(mode === 'enforce-version' ? 'v1.34' : 'restricted');
  });

  test('is in no namespace itself, whatever its chart says', () => {
    const chart = new Chart(new App(), 'test', { namespace: 'elsewhere' });
    new AgentNamespace(chart, 'Namespace', minimal);
    expect(Testing.synth(chart)[0].metadata).not.toHaveProperty('namespace');
  });

  test.each([
    ['a version that is not pinned', { ...minimal, podSecurityVersion: 'latest' }, /podSecurityVersion.*latest/],
    ['a version with more behind it', { ...minimal, podSecurityVersion: 'v1.34.1' }, /podSecurityVersion.*v1\.34\.1/],
    ['a name that is no DNS label', { ...minimal, name: 'My_Agents' }, /name.*My_Agents/],
    ['a name with a dash at its end', { ...minimal, name: 'agents-' }, /name.*agents-/],
    ['a name that is too long', { ...minimal, name: 'a'.repeat(64) }, /name.*a{64}/],
  ])('refuses %s', (_, props, problem) => {
    expect(() => render(props)).toThrow(problem);
  });
});
