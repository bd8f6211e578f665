import { z } from 'zod';
import { EGRESS_PROFILES } from '../run/settings.js';
import { dnsLabel, given, labelValue, qualifiedName } from './fields.js';

const byte = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const group = '[0-9a-f]{1,4}';
/** Eight groups, or fewer with one `::`, which follows 0 to 7 groups and stands for at least one. */
const ipv6 = [
  `(${group}:){7}${group}`,
  `:(:|(:${group}){1,7})`,
  ...[1, 2, 3, 4, 5, 6].map((before) => `(${group}:){${before}}(:|(:${group}){1,${7 - before}})`),
  `(${group}:){7}:`,
].join('|');

/** In lowercase, so that a rule can match it as text, and no wider than one party can own. */
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
        'Kind of the network policies. kubernetes: plain ones, which open addresses only. cilium, gke ' +
          '(Dataplane V2), eks (Auto Mode): they also open GitHub and hosts by name. none: the cluster has its own.',
      ),
    profiles: z
      .array(z.enum(EGRESS_PROFILES))
      .min(1, 'must name at least one profile')
      .default(['github'])
      .describe('Profiles that a run may ask for with --egress. The first one is the default.'),
    openGroups: z
      .array(given)
      .default([])
      .describe('Groups that may ask for the profile open. Empty: everybody who may spawn.'),
    github: z
      .boolean()
      .default(true)
      .describe(
        'Whether runs may reach GitHub on ports 22 and 443. It is opened by name, or by the ranges that it publishes.',
      ),
    endpoints: z
      .array(
        z.strictObject({
          cidr: cidr.describe('Range of addresses. It may be private, but not that of a metadata service.'),
          port: port.describe('TCP port.'),
        }),
      )
      .default([])
      .describe("Additional addresses that every run may reach: the model's API, another Git host. Empty: none."),
    hosts: z
      .array(
        z.strictObject({
          name: hostName.describe('Name of one host.'),
          port: port.describe('TCP port.'),
        }),
      )
      .default([])
      .describe('Hosts that every run may reach by name. Needs the policy cilium, gke or eks.'),
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
            'Name servers that are not pods: 169.254.20.10/32 for NodeLocal DNSCache, 169.254.169.254/32 ' +
              'for Cloud DNS on GKE, the address of kube-dns on EKS Auto Mode. Not for cilium.',
          ),
        names: z
          .array(askedName)
          .min(1, 'must name at least one')
          .default(['*'])
          .describe(
            'Names that runs without the profile open may look up, with policy cilium. A * inside a name stands ' +
              'for any letters except a dot. A * by itself stands for every name.',
          ),
      })
      .prefault({}),
  })
  .prefault({});
