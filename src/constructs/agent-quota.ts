import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ResourceAmounts } from '../run/settings.js';
import { clusterScoped } from './cluster-scoped.js';

/** Properties of {@link AgentQuota}. */
export interface AgentQuotaProps {
  /** Most runs that may be active at the same time. A run that has ended does not count. */
  readonly pods: number;

  /** Resources that all active runs together may request. */
  readonly requests: ResourceAmounts;

  /** Resources that all active runs together may use. */
  readonly limits: ResourceAmounts;

  /**
   * PriorityClass of the runs. It is cluster-scoped: choose a name that says which namespace it is for.
   *
   * @default - no PriorityClass
   */
  readonly priorityClass?: { readonly name: string; readonly value: number };

  /** `limits` is the maximum of one container. Both are the defaults of a container that does not set its own. */
  readonly container: { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts };
}

/**
 * Limits on the resources of the namespace. The quota counts `pods`, which does not include pods that have ended. With
 * `count/pods`, finished runs would block new ones.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export class AgentQuota extends Construct {
  /** The ResourceQuota. */
  readonly quota: ApiObject;

  /** The LimitRange. */
  readonly limitRange: ApiObject;

  /** The PriorityClass, if one is made. */
  readonly priorityClass?: ApiObject;

  constructor(scope: Construct, id: string, props: AgentQuotaProps) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        Number.isInteger(props.pods) && props.pods > 0
          ? []
          : [`pods is ${props.pods}; allowed is a whole number above 0`],
    });
    this.quota = new ApiObject(this, 'Quota', {
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
    this.limitRange = new ApiObject(this, 'LimitRange', {
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
      this.priorityClass = new ApiObject(this, 'PriorityClass', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: props.priorityClass.name },
        description: 'Runs of coding agents: they wait for room and never preempt other pods.',
        preemptionPolicy: 'Never',
        value: props.priorityClass.value,
      });
      clusterScoped(this.priorityClass);
    }
  }
}

const prefixed = (prefix: string, amounts: ResourceAmounts): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [`${prefix}.${name}`, amount]));
