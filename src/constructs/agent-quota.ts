import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { clusterScoped } from './cluster-scoped.js';

type Amounts = Readonly<Record<'cpu' | 'memory' | 'ephemeral-storage', string>>;

/** Properties of {@link AgentQuota}. */
export interface AgentQuotaProps {
  /** Runs that may live at the same time. A run that has ended does not count. */
  readonly pods: number;

  /** What all living runs together may ask for. */
  readonly requests: Amounts;

  /** What all living runs together may use. */
  readonly limits: Amounts;

  /**
   * PriorityClass of the runs; cluster-scoped, so that its name says which namespace it is for.
   *
   * @default - none is made
   */
  readonly priorityClass?: { readonly name: string; readonly value: number };

  /** What one container may use at most, and what it is given where it does not say. */
  readonly container: { readonly requests: Amounts; readonly limits: Amounts };
}

/**
 * Bounds on the namespace. The quota counts `pods`, which ended pods leave; `count/pods` would keep them, and finished
 * runs would block new ones.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export class AgentQuota extends Construct {
  constructor(scope: Construct, id: string, props: AgentQuotaProps) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        Number.isInteger(props.pods) && props.pods > 0
          ? []
          : [`pods is ${props.pods}; a whole number above 0 is allowed`],
    });
    new ApiObject(this, 'Quota', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'agent-runs' },
      spec: {
        hard: {
          pods: String(props.pods),
          'services.loadbalancers': '0',
          'services.nodeports': '0',
          persistentvolumeclaims: '0',
          ...prefixed('requests', props.requests),
          ...prefixed('limits', props.limits),
        },
      },
    });
    new ApiObject(this, 'LimitRange', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'agent-runs' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: props.container.limits,
            defaultRequest: props.container.requests,
            max: props.container.limits,
          },
        ],
      },
    });
    if (props.priorityClass) {
      const priorityClass = new ApiObject(this, 'PriorityClass', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: props.priorityClass.name },
        description: 'Runs of coding agents: they wait for room and never push anything else aside.',
        preemptionPolicy: 'Never',
        value: props.priorityClass.value,
      });
      clusterScoped(priorityClass);
    }
  }
}

const prefixed = (prefix: string, amounts: Amounts): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [`${prefix}.${name}`, amount]));
