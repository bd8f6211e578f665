import { METADATA_SERVICES, METADATA_SERVICES_IN_IPV6 } from '../run/metadata-services.js';
import { amountOf } from '../run/quantity.js';
import { isAllowed, parseRepository } from '../run/repository.js';
import type { Environment } from './environment.js';
import { isValid } from './fields.js';

export { SUFFIXES } from '../run/quantity.js';

/** Something that is asked of one field: that it is given, or that it is (not) one of its options. */
export interface Question {
  readonly path: string;
  readonly is?: string;
  readonly isNot?: string;
}

/** A rule between fields, which no field's own type can state. `[]` in a path stands for every element of a list. */
export type Rule = {
  /** What must hold, with the fields by name. */
  readonly text: string;
} & (
  | { readonly kind: 'at-most'; readonly quantity: string; readonly limit: string }
  | { readonly kind: 'more-than'; readonly number: string; readonly other: string }
  | { readonly kind: 'distinct'; readonly paths: readonly string[] }
  | { readonly kind: 'apart'; readonly path: string; readonly from: readonly string[] }
  | { readonly kind: 'below'; readonly path: string; readonly of: string }
  | { readonly kind: 'among'; readonly path: string; readonly of: string }
  | {
      readonly kind: 'matches-none';
      readonly path: string;
      readonly patterns: readonly string[];
      /** Asked only where this field, of the same element or of the whole, matches. */
      readonly when?: { readonly path: string; readonly pattern: string };
    }
  | { readonly kind: 'needs'; readonly when: Question; readonly must: Question }
  | { readonly kind: 'empty-for'; readonly list: string; readonly path: string; readonly options: readonly string[] }
);

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

const requestAtMostLimit = (resource: string): Rule =>
  atMost(`pod.resources.requests.${resource}`, `pod.resources.limits.${resource}`);

const oneRunFits = (kind: string, resource: string): Rule =>
  atMost(`pod.resources.${kind}.${resource}`, `quota.${kind}.${resource}`, ': no run would fit');

const atMost = (quantity: string, limit: string, why = ''): Rule => ({
  kind: 'at-most',
  quantity,
  limit,
  text: `${quantity} must be at most ${limit}${why}`,
});

export const RULES: readonly Rule[] = [
  ...RESOURCES.map(requestAtMostLimit),
  ...RESOURCES.map((resource) => oneRunFits('requests', resource)),
  ...RESOURCES.map((resource) => oneRunFits('limits', resource)),
  {
    kind: 'more-than',
    number: 'task.deadlineSeconds',
    other: 'pod.terminationGracePeriodSeconds',
    text: 'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds',
  },
  {
    kind: 'distinct',
    paths: ['serviceAccount.name', 'serviceAccount.secretsName'],
    text: 'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
  },
  {
    kind: 'needs',
    when: { path: 'quota.priorityClass.create' },
    must: { path: 'pod.priorityClassName' },
    text: 'quota.priorityClass.create needs the name pod.priorityClassName',
  },
  {
    kind: 'below',
    path: 'git.defaultRepo',
    of: 'git.repositories',
    text: 'git.defaultRepo must be below one of git.repositories: no run could work on it',
  },
  {
    kind: 'distinct',
    paths: ['git.credentials[].name', 'model.credential.name'],
    text: 'git.credentials and model.credential must each have a name of their own',
  },
  {
    kind: 'apart',
    path: 'git.credentials[].privateKey.name',
    from: ['git.credentials[].name', 'model.credential.name'],
    text: 'git.credentials: the Secret with the private key of an App must not be one of those that are made',
  },
  {
    kind: 'among',
    path: 'rbac.credentialGroups[].credential',
    of: 'git.credentials[].name',
    text: 'rbac.credentialGroups: each credential must be one of git.credentials',
  },
  {
    kind: 'matches-none',
    path: 'egress.endpoints[].cidr',
    patterns: METADATA_SERVICES,
    text: 'egress.endpoints: no run may reach a metadata service',
  },
  {
    kind: 'matches-none',
    path: 'egress.endpoints[].cidr',
    patterns: METADATA_SERVICES_IN_IPV6,
    text: 'egress.endpoints: no run may reach a metadata service, nor by an address of IPv6 that stands for its own',
  },
  {
    kind: 'matches-none',
    path: 'egress.hosts[].name',
    patterns: ['^metadata[.]', '^instance-data[.]'],
    text: 'egress.hosts: no run may reach a metadata service',
  },
  {
    kind: 'empty-for',
    list: 'egress.hosts',
    path: 'egress.policy',
    options: ['kubernetes', 'none'],
    text: 'egress.hosts needs an egress.policy that knows names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints',
  },
  {
    kind: 'empty-for',
    list: 'egress.dns.addresses',
    path: 'egress.policy',
    options: ['cilium'],
    text: 'egress.dns.addresses opens nothing under egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and name their label in egress.dns',
  },
  {
    kind: 'matches-none',
    path: 'git.credentials[].source',
    patterns: ['^github-app$'],
    // Half of an hour at most, and 0s is never.
    when: { path: 'externalSecret.refreshInterval', pattern: '^0s$|h|^(3[1-9]|[45][0-9])m|^30m[1-9]' },
    text: 'externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub App, whose tokens live for one hour',
  },
  {
    kind: 'matches-none',
    path: 'git.credentials[].knownHosts',
    // Each host key has a blank; what stands for a missing field has none.
    patterns: [' '],
    when: { path: 'git.credentials[].type', pattern: '^token$' },
    text: 'git.credentials: knownHosts is for type ssh: a token goes over HTTPS, where nothing would read it',
  },
  {
    kind: 'matches-none',
    path: 'pod.tolerations[].value',
    patterns: ['.'],
    when: { path: 'pod.tolerations[].operator', pattern: '^Exists$' },
    text: 'pod.tolerations: operator Exists takes no value: leave it empty',
  },
  {
    kind: 'matches-none',
    path: 'pod.priorityClassName',
    patterns: ['^system-'],
    text: "pod.priorityClassName must not be one of the cluster's own (system-…): runs would displace what the cluster needs",
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', isNot: 'existing' },
    must: { path: 'externalSecret.secretStore.kind', is: 'SecretStore' },
    text: 'externalSecret.secretStore.provider makes a SecretStore: externalSecret.secretStore.kind must say so',
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', is: 'azure' },
    must: { path: 'serviceAccount.workloadIdentity.tenantId' },
    text: 'externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its tenantId: External Secrets does not know the tenant of the cluster',
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', is: 'aws' },
    must: { path: 'serviceAccount.workloadIdentity.type', is: 'eks-irsa' },
    text: 'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes the role from the ServiceAccount, and no other identity of it',
  },
];

/** The rules that an environment breaks, each as a sentence. */
export function brokenRules(environment: Environment): string[] {
  return RULES.filter((rule) => !holds(rule, environment)).map((rule) => rule.text);
}

/** Whether an environment keeps a rule. */
export function holds(rule: Rule, environment: Environment): boolean {
  const all = (path: string) => valuesAt(environment, path);
  const one = (path: string) => all(path)[0];
  const answer = ({ path, is, isNot }: Question) =>
    is === undefined && isNot === undefined
      ? Boolean(one(path))
      : is === one(path) || (isNot ?? one(path)) !== one(path);
  switch (rule.kind) {
    case 'at-most':
      return amountOf(String(one(rule.quantity))) <= amountOf(String(one(rule.limit)));
    case 'more-than':
      return Number(one(rule.number)) > Number(one(rule.other));
    case 'distinct': {
      const values = rule.paths.flatMap(all);
      return new Set(values).size === values.length;
    }
    case 'apart': {
      const others = rule.from.flatMap(all);
      return !all(rule.path).some((value) => value !== undefined && others.includes(value));
    }
    case 'below': {
      const url = String(one(rule.path));
      const prefixes = all(`${rule.of}[]`).map(String);
      return url === '' || (isValid(() => parseRepository(url)) && isAllowed(parseRepository(url), prefixes));
    }
    case 'among': {
      const known = all(rule.of);
      return all(rule.path).every((value) => known.includes(value));
    }
    case 'matches-none': {
      const matches = (value: unknown, pattern: string) => new RegExp(pattern).test(String(value));
      const asked = ({ path, pattern }: NonNullable<typeof rule.when>, index: number) =>
        matches(all(path)[path.includes('[]') ? index : 0], pattern);
      return !all(rule.path).some(
        (value, index) =>
          (!rule.when || asked(rule.when, index)) && rule.patterns.some((pattern) => matches(value, pattern)),
      );
    }
    case 'empty-for':
      return !rule.options.includes(String(one(rule.path))) || all(`${rule.list}[]`).length === 0;
    case 'needs':
      return !answer(rule.when) || answer(rule.must);
  }
}

/** What stands at a path; several where it goes through a list. */
function valuesAt(value: unknown, path: string): unknown[] {
  const [key = '', ...rest] = path.split('.');
  const next = (value as Readonly<Record<string, unknown>> | undefined)?.[key.replace('[]', '')];
  const found = key.endsWith('[]') ? (next as unknown[]) : [next];
  return rest.length === 0 ? found : found.flatMap((one) => valuesAt(one, rest.join('.')));
}
