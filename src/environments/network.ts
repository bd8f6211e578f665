import { z } from 'zod';
import { EGRESS_PROFILES } from '../run/settings.js';
import { dnsLabel, given, labelValue, qualifiedName } from './fields.js';

const byte = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const group = '[0-9a-f]{1,4}';
/** Eight groups, or a `::` once, which stands for at least one of them: after none to seven others. */
const ipv6 = [
  `(${group}:){7}${group}`,
  `:(:|(:${group}){1,7})`,
  ...[1, 2, 3, 4, 5, 6].map((before) => `(${group}:){${before}}(:|(:${group}){1,${7 - before}})`),
  `(${group}:){7}:`,
].join('|');

/** Written in one way, so that a rule can read it: in small letters, and no wider than what one party can own. */
export const CIDR = new RegExp(
  `^(${byte}([.]${byte}){3}/(1[6-9]|2[0-9]|3[0-2])|(${ipv6})/(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-8]))$`,
);
const cidr = z
  .string()
  .regex(CIDR, 'is not a range of addresses like 203.0.113.7/32 or 2001:db8::7/128 (at least /16, or /32 for IPv6)');
const hostName = z
  .string()
  .max(253, 'is longer than 253 characters')
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z][a-z0-9-]*[a-z0-9]$/,
    'is not the name of a host, like api.example.com',
  );
const askedName = z
  .string()
  .max(253, 'is longer than 253 characters')
  .regex(
    /^([a-z0-9*]([a-z0-9*-]*[a-z0-9*])?[.])*[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?$/,
    'is not a name or a pattern, like *.example.com',
  );
const port = z.int('is not a port').min(1, 'is not a port').max(65535, 'is not a port');

/** What runs may reach. */
export const egress = z
  .strictObject({
    policy: z
      .enum(['kubernetes', 'cilium', 'gke', 'eks', 'none'])
      .default('kubernetes')
      .describe(
        'Whose network policies are made: plain ones open addresses, those of Cilium, GKE (Dataplane V2) and EKS (Auto Mode) GitHub and hosts by name as well; none: the cluster has its own.',
      ),
    profiles: z
      .array(z.enum(EGRESS_PROFILES))
      .min(1, 'must name at least one profile')
      .default(['github'])
      .describe('What a run may ask for by --egress; the first one is the default.'),
    openGroups: z.array(given).default([]).describe('Groups that may ask for open; empty: everybody who may spawn.'),
    github: z
      .boolean()
      .default(true)
      .describe(
        'Whether runs may reach GitHub, on ports 22 and 443: by its names, or by the ranges that it publishes.',
      ),
    endpoints: z
      .array(
        z.strictObject({
          cidr: cidr.describe('Addresses, which may be private; those of a metadata service never.'),
          port: port.describe('TCP port.'),
        }),
      )
      .default([])
      .describe("What every run may reach beside: the model's API, another Git host. None is given, none is reached."),
    hosts: z
      .array(
        z.strictObject({
          name: hostName.describe('Name of one host.'),
          port: port.describe('TCP port.'),
        }),
      )
      .default([])
      .describe('What every run may reach by name, where the policy is of Cilium, GKE or EKS.'),
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
        addresses: z
          .array(cidr)
          .default([])
          .describe(
            'Name servers that are no pods: 169.254.20.10/32 of NodeLocal DNSCache, 169.254.169.254/32 of Cloud DNS on GKE, or on EKS Auto Mode the address of kube-dns. Not for Cilium.',
          ),
        names: z
          .array(askedName)
          .min(1, 'must name at least one')
          .default(['*'])
          .describe(
            'Names that runs without open may ask for, on Cilium; a * stands for any letters but a dot, or for every name.',
          ),
      })
      .prefault({}),
  })
  .prefault({});
