import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { clusterScoped } from './cluster-scoped.js';

/** A condition on a request, in CEL. The message of a refusal starts with the name of the rule. */
export interface AdmissionRule {
  readonly name: string;
  /** What is allowed. */
  readonly message: string;
  readonly holds: string;
}

/** Properties of {@link admissionPolicy}. */
export interface AdmissionPolicyProps {
  /** Name of the policy, which is cluster-scoped: the name contains that of the namespace. */
  readonly name: string;
  /** Namespace that the policy is bound to. */
  readonly namespace: string;
  /** Requests that the policy checks. */
  readonly on: readonly { readonly operations: readonly string[]; readonly resources: readonly string[] }[];
  /** What happens to a request that the policy cannot evaluate. Default: `Fail`, which refuses it. */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Values that the rules compare with: lists of text, as `variables.allowed.NAME`. */
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
  /** Expressions that the rules share. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules: readonly AdmissionRule[];
  /** Values that go into the audit log with each request, by name. */
  readonly audit?: Readonly<Record<string, string>>;
}

const API = 'admissionregistration.k8s.io/v1';

/**
 * Makes a policy and its binding to one namespace, and returns the policy. The rules are the same in every namespace.
 * One variable has the values that differ, as JSON, which is also valid CEL.
 *
 * The values are not in a ConfigMap with `paramKind`: once the last policy with such a parameter is deleted, the API
 * server finds no ConfigMap for the next one, and refuses everything until it is restarted (seen with Kubernetes
 * 1.36.3).
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function admissionPolicy(scope: Construct, id: string, props: AdmissionPolicyProps): ApiObject {
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
  return policy;
}

/** JSON as the chart writes it, so that manifests and chart are the same. */
export const json = (value: object): string => `${JSON.stringify(sorted(value), null, 2)}\n`;

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort()
          .map(([key, one]) => [key, sorted(one)]),
      );

/** Breaks an expression into several lines, so that people can read it. */
const broken = (expression: string) => expression.replaceAll(/ (&&|\|\||\?|:) /g, ' $1\n');

const named = (all: Readonly<Record<string, string>>, key: string, value: string) =>
  Object.entries(all).map(([name, text]) => ({ [key]: name, [value]: text }));
