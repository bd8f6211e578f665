import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  AgentServiceAccount,
  type AgentServiceAccountProps,
  type WorkloadIdentity,
} from '../../src/constructs/agent-service-account.js';

const minimal: AgentServiceAccountProps = { agentName: 'agent', secretsName: 'agent-secrets' };
const gke: WorkloadIdentity = { type: 'gke', serviceAccount: 'eso@project.iam.gserviceaccount.com' };

function render(props: AgentServiceAccountProps) {
  const chart = new Chart(new App(), 'test');
  new AgentServiceAccount(chart, 'ServiceAccount', props);
  return Testing.synth(chart);
}

const secretsMetadata = (workloadIdentity: WorkloadIdentity) =>
  render({ ...minimal, workloadIdentity }).find(({ metadata }) => metadata.name === 'agent-secrets').metadata;

describe('AgentServiceAccount', () => {
  test('renders two accounts from the minimal definition', () => {
    expect(render(minimal)).toMatchInlineSnapshot(`
[
  {
    "apiVersion": "v1",
    "automountServiceAccountToken": false,
    "kind": "ServiceAccount",
    "metadata": {
      "name": "agent",
    },
  },
  {
    "apiVersion": "v1",
    "automountServiceAccountToken": false,
    "kind": "ServiceAccount",
    "metadata": {
      "name": "agent-secrets",
    },
  },
]
`);
  });

  test('takes all props, and gives none of the identity to the runs', () => {
    const all: Required<AgentServiceAccountProps> = {
      agentName: 'runs',
      secretsName: 'store',
      workloadIdentity: gke,
      annotations: { owner: 'platform' },
    };
    expect(render(all).map(({ metadata }) => metadata)).toEqual([
      { name: 'runs' },
      {
        name: 'store',
        annotations: { 'iam.gke.io/gcp-service-account': 'eso@project.iam.gserviceaccount.com', owner: 'platform' },
      },
    ]);
  });

  test('mounts a token into neither', () => {
    expect(render(minimal).map((account) => account.automountServiceAccountToken)).toEqual([false, false]);
  });

  test('gives no rights', () => {
    expect(render({ ...minimal, workloadIdentity: gke }).map(({ kind }) => kind)).toEqual([
      ...['ServiceAccount', 'ServiceAccount'],
    ]);
  });

  const roleArn = 'arn:aws:iam::123456789012:role/eso';
  const clientId = '00000000-0000-0000-0000-000000000001';
  const cases: [what: string, identity: WorkloadIdentity, metadata: object][] = [
    ['nothing for none', { type: 'none' }, {}],
    ['the account for GKE', gke, { annotations: { 'iam.gke.io/gcp-service-account': gke.serviceAccount } }],
    ['the role for EKS', { type: 'eks-irsa', roleArn }, { annotations: { 'eks.amazonaws.com/role-arn': roleArn } }],
    ['nothing for EKS Pod Identity, which AWS holds', { type: 'eks-pod-identity' }, {}],
    [
      'client and label for AKS',
      { type: 'aks', clientId },
      {
        labels: { 'azure.workload.identity/use': 'true' },
        annotations: { 'azure.workload.identity/client-id': clientId },
      },
    ],
    [
      'the tenant, too, for an AKS of another tenant',
      { type: 'aks', clientId, tenantId: 'other' },
      {
        labels: { 'azure.workload.identity/use': 'true' },
        annotations: {
          'azure.workload.identity/client-id': clientId,
          'azure.workload.identity/tenant-id': 'other',
        },
      },
    ],
  ];

  test.each(cases)('writes %s on the account of the secret store', (_, identity, metadata) => {
    expect(secretsMetadata(identity)).toEqual({ name: 'agent-secrets', ...metadata });
  });

  test('refuses one account for both, which would give runs the cloud identity', () => {
    expect(() => render({ agentName: 'agent', secretsName: 'agent' })).toThrow(
      /agentName and secretsName are both "agent": a run must not have the cloud identity/,
    );
  });
});
