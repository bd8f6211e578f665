import { expect, test } from '@jest/globals';
import { runsLeft } from '../../src/cluster/quota.js';

const resources = {
  requests: { cpu: '400m', memory: '768Mi', 'ephemeral-storage': '768Mi' },
  limits: { cpu: '1500m', memory: '3Gi', 'ephemeral-storage': '8Gi' },
};
/** Both containers of a run count. */
const runner = {
  image: 'runner:1',
  imagePullPolicy: 'Always' as const,
  resources: {
    requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
    limits: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '2Gi' },
  },
};

test.each<[string, Record<string, readonly [hard: string, used: string]>, number | undefined]>([
  ['none bounds them', {}, undefined],
  ['something else is bounded', { services: ['0', '0'], 'count/secrets': ['3', '3'] }, undefined],
  ['pods are', { pods: ['10', '2'] }, 8],
  ['pods are counted as objects', { 'count/pods': ['10', '2'] }, 8],
  ['CPU is, of which a part of a run’s is left', { cpu: ['4', '2600m'] }, 2],
  ['what pods request is', { 'requests.memory': ['8Gi', '7Gi'] }, 1],
  ['what pods may use is', { 'limits.ephemeral-storage': ['32Gi', '10Gi'] }, 2],
  [
    'several are: the least counts',
    { pods: ['10', '0'], 'limits.memory': ['9Gi', '2Gi'], 'limits.cpu': ['99', '0'] },
    1,
  ],
  ['more is used than there may be', { pods: ['2', '5'] }, 0],
  ['an amount is written as no environment writes it', { 'requests.memory': ['1e12', '0'], pods: ['3', '0'] }, 3],
])('room for runs where %s', (_, quota, left) => {
  const quotas = Object.entries(quota).map(([resource, [hard, used]]) => ({ name: 'q', resource, hard, used }));
  expect(runsLeft(quotas, { resources, runner })).toBe(left);
});
