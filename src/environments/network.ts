import { z } from 'zod';
import { EGRESS_PROFILES } from '../run/settings.js';
import { dnsLabel, given, labelValue, qualifiedName } from './fields.js';

/** Written in one way, so that a rule can read it: in small letters, and no wider than what one party can own. */
export const CIDR =
  /^((0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\/(1[6-9]|2[0-9]|3[0-2])|[0-9a-f:]+\/(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-8]))$/;
const cidr = z
  .string()
  .regex(CIDR, 'is not a range of addresses like 203.0.113.7/32 or 2001:db8::7/128 (at least /16, or /32 for IPv6)');
const port = z.int('is not a port').min(1, 'is not a port').max(65535, 'is not a port');

/** What runs may reach. */
export const egress = z
  .strictObject({
    policy: z
      .enum(['kubernetes', 'none'])
      .default('kubernetes')
      .describe('Which network policies are made; none: the cluster has its own.'),
    profiles: z
      .array(z.enum(EGRESS_PROFILES))
      .min(1, 'must name at least one profile')
      .default(['github'])
      .describe('What a run may ask for by --egress; the first one is the default.'),
    openGroups: z.array(given).default([]).describe('Groups that may ask for open; empty: everybody who may spawn.'),
    github: z
      .boolean()
      .default(true)
      .describe("Whether runs may reach GitHub's published ranges, on ports 22 and 443."),
    endpoints: z
      .array(
        z.strictObject({
          cidr: cidr.describe('Addresses, which may be private; those of a metadata service never.'),
          port: port.describe('TCP port.'),
        }),
      )
      .default([])
      .describe("What every run may reach beside: the model's API, another Git host. None is given, none is reached."),
    services: z
      .array(
        z.strictObject({
          namespace: dnsLabel.describe('Namespace of the pods.'),
          label: qualifiedName.describe('Label of the pods, like app.kubernetes.io/name.'),
          value: labelValue.describe("The label's value."),
          port: port.describe("TCP port of the pods, which may differ from the Service's."),
        }),
      )
      .default([])
      .describe('Pods of the cluster that every run may reach, like a model gateway.'),
    dns: z
      .strictObject({
        namespace: dnsLabel.default('kube-system').describe("Namespace of the cluster's name servers."),
        label: qualifiedName.default('k8s-app').describe('Label of their pods.'),
        value: labelValue.default('kube-dns').describe("The label's value."),
        nodeLocal: z
          .array(cidr)
          .default([])
          .describe('Addresses of a name server on the node, like 169.254.20.10/32 of NodeLocal DNSCache.'),
      })
      .prefault({}),
  })
  .prefault({});
