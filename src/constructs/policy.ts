import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { clusterScoped } from './cluster-scoped.js';

/** One thing that must hold for a request, in CEL. Its name leads the message, so that a refusal says which one it was. */
export interface AdmissionRule {
  readonly name: string;
  /** What is allowed. */
  readonly message: string;
  readonly holds: string;
}

/** Properties of {@link admissionPolicy}. */
export interface AdmissionPolicyProps {
  /** Cluster-scoped, so that it contains the namespace's. */
  readonly name: string;
  /** The namespace that it is for. */
  readonly namespace: string;
  /** Which requests it looks at. */
  readonly on: readonly { readonly operations: readonly string[]; readonly resources: readonly string[] }[];
  /** What becomes of a request that it cannot decide about. Default: `Fail`, it is refused. */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Values that the rules compare with: lists of text, as `variables.allowed.NAME`. */
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
  /** Expressions that the rules share. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules: readonly AdmissionRule[];
  /** What the audit log is told of each request, by name. */
  readonly audit?: Readonly<Record<string, string>>;
}

const API = 'admissionregistration.k8s.io/v1';

/**
 * A policy, and its binding to one namespace. The rules are the same everywhere; what differs is one variable. JSON is CEL
 * as well, so that the values stand in it as they are.
 *
 * The values are not in a ConfigMap as `paramKind`: an API server whose last policy with such a parameter was deleted does
 * not see any ConfigMap for the next one, and refuses everything until it is restarted (seen with Kubernetes 1.36.3).
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function admissionPolicy(scope: Construct, id: string, props: AdmissionPolicyProps): void {
  const { name, namespace, on, failurePolicy = 'Fail', allowed, variables = {}, rules, audit = {} } = props;
  const shared = { ...(allowed && { allowed: json(allowed) }), ...variables };
  const policy = new ApiObject(scope, `${id}Policy`, {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy,
      matchConstraints: {
        resourceRules: on.map((requests) => ({ apiGroups: [''], apiVersions: ['v1'], ...requests, scope: '*' })),
      },
      ...(Object.keys(shared).length > 0 && { variables: named(shared, 'name', 'expression') }),
      validations: rules.map((rule) => ({
        expression: broken(rule.holds),
        message: `${rule.name}: ${rule.message}`,
        reason: 'Forbidden',
      })),
      ...(Object.keys(audit).length > 0 && { auditAnnotations: named(audit, 'key', 'valueExpression') }),
    },
  });
  const binding = new ApiObject(scope, `${id}Binding`, {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny', 'Audit'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  });
  for (const object of [policy, binding]) clusterScoped(object);
}

/** As the chart writes it, so that both are the same. */
export const json = (value: object): string =>
  `${JSON.stringify(Object.fromEntries(Object.entries(value).sort()), null, 2)}\n`;

/** On several lines, so that it can be read. */
const broken = (expression: string) => expression.replaceAll(/ (&&|\|\||\?|:) /g, ' $1\n');

const named = (all: Readonly<Record<string, string>>, key: string, value: string) =>
  Object.entries(all).map(([name, text]) => ({ [key]: name, [value]: text }));
