import { METADATA_SERVICES, METADATA_SERVICES_IN_IPV6 } from '../run/metadata-services.js';
import { MODEL_URLS } from '../run/model-urls.js';
import type { Environment } from './environment.js';
import { fieldsOf, holds, type Question, type Rule } from './rule.js';

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

const requestAtMostLimit = (container: string) => (resource: string) =>
  atMost([`${container}.resources.requests.${resource}`], `${container}.resources.limits.${resource}`);

const fitsTheRange = (resource: string) =>
  atMost(
    [`runner.resources.limits.${resource}`],
    `pod.resources.limits.${resource}`,
    ': the LimitRange allows no container more than that',
  );

const oneRunFits = (kind: string, resource: string) =>
  atMost(
    ['runner', 'pod'].map((container) => `${container}.resources.${kind}.${resource}`),
    `quota.${kind}.${resource}`,
    ': no run would fit',
  );

const atMost = (quantities: readonly string[], limit: string, why = ''): Rule => ({
  kind: 'at-most',
  quantities,
  limit,
  text: `${quantities.join(' and ')}${quantities.length > 1 ? ' together' : ''} must be at most ${limit}${why}`,
});

/** Requires that model.models describes the models of model.name and model.smallName. */
const described = (when: Question, text: (field: string) => string): Rule[] =>
  ['model.name', 'model.smallName'].map((path) => ({
    kind: 'among',
    path,
    of: 'model.models[].name',
    when,
    text: text(path),
  }));

export const RULES: readonly Rule[] = [
  ...RESOURCES.map(requestAtMostLimit('pod')),
  ...RESOURCES.map(requestAtMostLimit('runner')),
  ...RESOURCES.map(fitsTheRange),
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
    text: 'quota.priorityClass.create needs pod.priorityClassName: the name of the class',
  },
  {
    kind: 'below',
    path: 'git.defaultRepo',
    of: 'git.repositories',
    text: 'git.defaultRepo must be below one of git.repositories: no run could work on it',
  },
  {
    kind: 'needs',
    when: { path: 'model.provider', isNoneOf: Object.keys(MODEL_URLS) },
    must: { path: 'model.baseURL' },
    text:
      'model.baseURL is needed for this model.provider: the runner does not know the URL of its API; ' +
      "give the one that the provider's SDK takes, like https://my-resource.openai.azure.com/openai/v1",
  },
  {
    kind: 'distinct',
    paths: ['model.models[].name'],
    text: 'model.models must name each model once',
  },
  ...described(
    { path: 'model.sdk' },
    (field) =>
      `model.sdk: OpenCode does not know the models of this provider; add the one of ${field} to ` +
      'model.models, with its limit',
  ),
  {
    kind: 'needs',
    when: { path: 'model.sdk' },
    must: { path: 'model.models[].limit' },
    text: 'model.sdk: each of model.models needs its limit: without it, OpenCode asks for answers of 32000 tokens',
  },
  ...described(
    { path: 'task.budget.cost' },
    (field) => `task.budget.cost: add the model of ${field} to model.models, with its prices`,
  ),
  {
    kind: 'needs',
    when: { path: 'task.budget.cost' },
    must: { path: 'model.models[].prices' },
    text: 'task.budget.cost: each of model.models needs its prices: a run may use any of them',
  },
  {
    kind: 'distinct',
    paths: ['git.credentials[].name', 'model.credential.name'],
    text: 'git.credentials and model.credential must have different names, since each is a Secret',
  },
  {
    kind: 'apart',
    path: 'git.credentials[].privateKey.name',
    from: ['git.credentials[].name', 'model.credential.name'],
    text: 'git.credentials: privateKey.name must not be a name of git.credentials or model.credential',
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
    text: 'egress.endpoints: no run may reach a metadata service, not even by an IPv6 address that stands for it',
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
    text:
      'egress.hosts needs an egress.policy that opens names: cilium, gke or eks; for kubernetes, give ' +
      'the addresses in egress.endpoints',
  },
  {
    kind: 'empty-for',
    list: 'egress.dns.addresses',
    path: 'egress.policy',
    options: ['cilium'],
    text:
      'egress.dns.addresses has no effect with egress.policy cilium: name servers are pods there; for ' +
      'NodeLocal DNSCache, redirect to its pods and give their label in egress.dns',
  },
  {
    kind: 'matches-none',
    path: 'git.credentials[].source',
    patterns: ['^github-app$'],
    // Too long: more than 30 minutes, or 0s, which stands for never.
    when: { path: 'externalSecret.refreshInterval', pattern: '^0s$|h|^(3[1-9]|[45][0-9])m|^30m[1-9]' },
    text:
      'externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub ' +
      'App, whose tokens live for one hour',
  },
  {
    kind: 'matches-none',
    path: 'git.credentials[].knownHosts',
    // Each host key has a space. The text of a missing field has none.
    patterns: [' '],
    when: { path: 'git.credentials[].type', pattern: '^token$' },
    text: 'git.credentials: knownHosts is only for type ssh: with a token, which goes over HTTPS, nothing reads it',
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
    text:
      "pod.priorityClassName must not be one of the cluster's own (system-…): runs would displace what " +
      'the cluster needs',
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', isNot: 'existing' },
    must: { path: 'externalSecret.secretStore.kind', is: 'SecretStore' },
    text: 'externalSecret.secretStore.provider needs externalSecret.secretStore.kind SecretStore: it creates one',
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', is: 'azure' },
    must: { path: 'serviceAccount.workloadIdentity.tenantId' },
    text:
      'externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its ' +
      'tenantId: External Secrets does not know the tenant of the cluster',
  },
  {
    kind: 'needs',
    when: { path: 'externalSecret.secretStore.provider.type', is: 'aws' },
    must: { path: 'serviceAccount.workloadIdentity.type', is: 'eks-irsa' },
    text:
      'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External ' +
      'Secrets takes only the role from the ServiceAccount, and no other identity',
  },
];

/**
 * The rules that an environment breaks, each as a sentence.
 * @param isAsked whether to check the rules about a field. Default: all rules
 */
export function brokenRules(environment: Environment, isAsked: (field: string) => boolean = () => true): string[] {
  return RULES.filter((rule) => fieldsOf(rule).every(isAsked) && !holds(rule, environment)).map((rule) => rule.text);
}
