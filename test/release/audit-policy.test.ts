import { expect, test } from '@jest/globals';
import { auditRules } from '../../src/release/audit-policy.js';
import { environments } from '../fixtures/environments.js';

/** The levels of the rules that name a resource. */
const levels = (resource: string) =>
  auditRules(environments)
    .filter(({ resources }) => resources.some((one) => one.resources.includes(resource)))
    .map(({ level }) => level);

test('what is in a Secret, a token or a terminal is not written down, but that it was touched is', () => {
  for (const resource of [
    'secrets',
    'serviceaccounts/token',
    'pods/exec',
    'pods/attach',
    'pods/log',
    'pods/eviction',
    'nodes/proxy',
  ]) {
    expect([resource, levels(resource)]).toEqual([resource, ['Metadata']]);
  }
});
test('whoever changes what bounds runs is written down, with what', () => {
  for (const resource of [
    ...['roles', 'rolebindings', 'networkpolicies', 'resourcequotas', 'externalsecrets'],
    ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'clusterroles', 'clusterrolebindings'],
    ...['mutatingwebhookconfigurations', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
  ]) {
    expect([resource, levels(resource)]).toEqual([resource, ['Request']]);
  }
});
