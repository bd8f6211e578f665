import { z } from 'zod';
import { checkBranch } from '../run/branch.js';
import { DNS_LABEL } from '../run/names.js';
import { QUANTITY } from './quantity.js';

// The kinds of fields that an environment is made of.

export const dnsLabel = z.string().regex(DNS_LABEL, 'is not a DNS label (a-z, 0-9, -; at most 63)');
export const className = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$/, 'is not a DNS name (a-z, 0-9, -, .)');
export const quantity = z.string().regex(QUANTITY, 'is not a quantity, like 500m or 2Gi');
export const seconds = z.int('is not a whole number of seconds').positive('must be more than 0 seconds');
export const text = z.string();
export const given = z.string().min(1, 'must not be empty');
export const stringMap = z.record(z.string(), z.string());
export const branch = z
  .string()
  .refine((name) => isValid(() => checkBranch(name)), 'is not a name that git takes for a branch');

export const amounts = (cpu: string, memory: string, storage: string) =>
  z
    .strictObject({
      cpu: quantity.default(cpu).describe('CPU, in cores or millicores.'),
      memory: quantity.default(memory).describe('Memory, in bytes. OpenCode alone needs about 768Mi.'),
      'ephemeral-storage': quantity.default(storage).describe('Disk, in bytes.'),
    })
    .prefault({});

export const workloadIdentity = z.discriminatedUnion('type', [
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
  z.strictObject({ type: z.literal('eks-pod-identity').describe('EKS Pod Identity; the association is made in AWS.') }),
  z.strictObject({
    type: z.literal('aks').describe('AKS Workload Identity.'),
    clientId: z.guid('is not a GUID').describe('Client id of the managed identity.'),
    tenantId: z
      .string()
      .regex(/^([0-9a-fA-F-]{36})?$/, 'is not a GUID')
      .default('')
      .describe("Tenant; empty: the cluster's own."),
  }),
]);

export const source = z
  .enum(['externalSecret', 'existing'])
  .default('externalSecret')
  .describe('externalSecret: made from the secret store. existing: you create the Secret of this name yourself.');

export const gitCredential = z.strictObject({
  name: dnsLabel.describe('Name of the Secret; also what --credential takes.'),
  type: z.enum(['token', 'ssh']).default('token').describe('token: over HTTPS. ssh: a private key.'),
  source,
  property: text.default('').describe("Property of the store's entry; empty: the whole entry."),
});

/** Whether a check passes. */
export function isValid(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
