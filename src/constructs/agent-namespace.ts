import { ApiObject } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { DNS_LABEL } from '../run/names.js';
import { clusterScoped } from './cluster-scoped.js';
import { brokenOf, type Rule } from './rules.js';

const POD_SECURITY = 'pod-security.kubernetes.io';

/** Properties of {@link AgentNamespace}. */
export interface AgentNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;

  /**
   * Version of the Pod Security standard to enforce, like `v1.34`. It is pinned, so that an upgrade of the cluster does
   * not refuse pods that ran the day before. Warnings and audit follow the cluster's own version.
   *
   * @see
   * https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
   */
  readonly podSecurityVersion: string;

  /**
   * Additional labels.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Annotations.
   *
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The namespace of the runs. It enforces the Pod Security standard `restricted`; no label can weaken that. */
export class AgentNamespace extends Construct {
  /** Name of the namespace. */
  readonly name: string;

  /** The Namespace. */
  readonly apiObject: ApiObject;

  constructor(scope: Construct, id: string, props: AgentNamespaceProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    const namespace = new Namespace(this, 'Namespace', {
      metadata: {
        name: props.name,
        labels: {
          ...props.labels,
          ...podSecurityLabels(props.podSecurityVersion),
        },
        annotations: { ...props.annotations },
      },
    });
    this.name = props.name;
    this.apiObject = ApiObject.of(namespace);
    clusterScoped(this.apiObject);
  }
}

/** The labels with which a namespace enforces a version of the Pod Security standard `restricted`. */
export const podSecurityLabels = (version: string): Readonly<Record<string, string>> => ({
  [`${POD_SECURITY}/enforce`]: 'restricted',
  [`${POD_SECURITY}/enforce-version`]: version,
  [`${POD_SECURITY}/warn`]: 'restricted',
  [`${POD_SECURITY}/warn-version`]: 'latest',
  [`${POD_SECURITY}/audit`]: 'restricted',
  [`${POD_SECURITY}/audit-version`]: 'latest',
});

function problemsOf({ name, podSecurityVersion }: AgentNamespaceProps): string[] {
  const rules: Rule[] = [
    [DNS_LABEL.test(name), `name is "${name}"; a DNS label is allowed (a-z, 0-9, -)`],
    [
      /^v1\.\d+$/.test(podSecurityVersion),
      `podSecurityVersion is "${podSecurityVersion}"; allowed is a version like v1.34`,
    ],
  ];
  return brokenOf(rules);
}
