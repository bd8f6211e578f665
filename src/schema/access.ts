import { z } from 'zod';
import { annotations, dnsLabel, given, text } from './fields.js';

const workloadIdentity = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none').describe('No cloud identity.') }),
  z.strictObject({
    type: z.literal('gke').describe('GKE Workload Identity.'),
    serviceAccount: given.describe('Google service account, NAME@PROJECT.iam.gserviceaccount.com.'),
  }),
  z.strictObject({
    type: z.literal('eks-irsa').describe('EKS IAM roles for service accounts.'),
    roleArn: z
      .string()
      .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, 'is not the ARN of an IAM role')
      .describe('IAM role.'),
  }),
  z.strictObject({
    type: z.literal('eks-pod-identity').describe('EKS Pod Identity. You create the association in AWS.'),
  }),
  z.strictObject({
    type: z.literal('aks').describe('AKS Workload Identity.'),
    clientId: z
      .string()
      .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'is not a GUID')
      .describe('Client ID of the managed identity.'),
    tenantId: z
      .string()
      .regex(/^([0-9a-fA-F-]{36})?$/, 'is not a GUID')
      .default('')
      .describe("ID of the tenant. Empty: the cluster's own."),
  }),
]);

export const serviceAccount = z
  .strictObject({
    name: dnsLabel.default('agent').describe('ServiceAccount of the runs: no token, no rights, no cloud identity.'),
    secretsName: dnsLabel
      .default('agent-secrets')
      .describe('ServiceAccount that the secret store authenticates as. It carries the cloud identity.'),
    annotations: annotations.default({}).describe('Additional annotations of the ServiceAccount for the secret store.'),
    workloadIdentity: workloadIdentity.default({ type: 'none' }).describe('Cloud identity for the secret store.'),
  })
  .prefault({});

export const rbac = z
  .strictObject({
    groupPrefix: text
      .default('')
      .describe('Prefix that the API server puts before the names of OIDC groups, like oidc:.'),
    groups: z
      .strictObject({
        viewer: z.array(given).default([]).describe('Groups that may view runs and their logs.'),
        maintainer: z.array(given).default([]).describe('Groups that may also spawn and cancel runs.'),
        admin: z.array(given).default([]).describe('Groups that may also attach to runs and delete finished ones.'),
      })
      .prefault({}),
    credentialGroups: z
      .array(
        z.strictObject({
          credential: dnsLabel.describe('One of git.credentials.'),
          group: given.describe('Group that may use the credential.'),
        }),
      )
      .default([])
      .describe(
        'Groups that may use a credential. Everybody who may spawn may use a credential that is not listed here.',
      ),
  })
  .prefault({});

export const spawnPolicy = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Admit only pods that are valid runs to the namespace. Needs Kubernetes 1.30 or later. Without this ' +
          'policy, everybody who may create pods there may use each Secret of the namespace.',
      ),
  })
  .prefault({});
