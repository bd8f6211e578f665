import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { AgentQuota, type AgentQuotaProps } from '../../src/constructs/agent-quota.js';

const amounts = (cpu: string) => ({ cpu, memory: '1Gi', 'ephemeral-storage': '2Gi' });
const minimal: AgentQuotaProps = {
  pods: 3,
  requests: amounts('3'),
  limits: amounts('6'),
  container: { requests: amounts('1'), limits: amounts('2') },
};
const all: Required<AgentQuotaProps> = { ...minimal, priorityClass: { name: 'runs', value: -5 } };

function render(props: AgentQuotaProps) {
  const chart = new Chart(new App(), 'test', { namespace: 'agents' });
  new AgentQuota(chart, 'Quota', props);
  return Testing.synth(chart);
}
const [quota, limits] = render(minimal);

describe('AgentQuota', () => {
  test('makes a quota and a range of limits, and no PriorityClass by itself', () => {
    expect(render(minimal).map(({ kind }) => kind)).toEqual(['ResourceQuota', 'LimitRange']);
  });
  test('counts living pods: those that have ended leave room', () => {
    expect(quota.spec.hard).toMatchObject({ pods: '3' });
    expect(quota.spec.hard).not.toHaveProperty('count/pods');
  });
  test('bounds what all runs together ask for and use', () => {
    expect(quota.spec.hard).toMatchObject({
      'requests.cpu': '3',
      'limits.cpu': '6',
      'limits.memory': '1Gi',
      'requests.ephemeral-storage': '2Gi',
    });
  });
  test('leaves no room for load balancers, node ports and claims', () => {
    for (const name of ['services.loadbalancers', 'services.nodeports', 'persistentvolumeclaims']) {
      expect(quota.spec.hard[name]).toBe('0');
    }
  });
  test('holds each container to what one run is given', () => {
    expect(limits.spec.limits).toEqual([
      { type: 'Container', default: amounts('2'), defaultRequest: amounts('1'), max: amounts('2') },
    ]);
  });
  test('makes a PriorityClass that never preempts and is in no namespace', () => {
    const [, , priorityClass] = render(all);
    expect(priorityClass).toMatchObject({
      metadata: { name: 'runs' },
      value: -5,
      preemptionPolicy: 'Never',
    });
    expect(priorityClass.metadata).not.toHaveProperty('namespace');
  });
  test.each([0, -1, 1.5, Number.NaN])('refuses %p pods', (pods) => {
    expect(() => render({ ...minimal, pods })).toThrow(/pods is .*; allowed is a whole number above 0/);
  });
});
