import type { Environment } from './environment.js';
import { amountOf } from './quantity.js';

/** A rule between fields, which no field's own type can state. */
export interface Rule {
  /** What must hold, with the fields by name. */
  readonly text: string;
  readonly holds: (environment: Environment) => boolean;
}

const requestAtMostLimit = (resource: 'cpu' | 'memory' | 'ephemeral-storage'): Rule => ({
  text: `pod.resources.requests.${resource} must be at most pod.resources.limits.${resource}`,
  holds: ({ pod: { resources } }) => amountOf(resources.requests[resource]) <= amountOf(resources.limits[resource]),
});

const oneRunFits = (kind: 'requests' | 'limits', resource: 'cpu' | 'memory' | 'ephemeral-storage'): Rule => ({
  text: `pod.resources.${kind}.${resource} must be at most quota.${kind}.${resource}: no run would fit`,
  holds: ({ pod, quota }) => amountOf(pod.resources[kind][resource]) <= amountOf(quota[kind][resource]),
});

export const RULES: readonly Rule[] = [
  requestAtMostLimit('cpu'),
  requestAtMostLimit('memory'),
  requestAtMostLimit('ephemeral-storage'),
  oneRunFits('requests', 'cpu'),
  oneRunFits('requests', 'memory'),
  oneRunFits('requests', 'ephemeral-storage'),
  oneRunFits('limits', 'cpu'),
  oneRunFits('limits', 'memory'),
  oneRunFits('limits', 'ephemeral-storage'),
  {
    text: 'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds',
    holds: ({ task, pod }) => task.deadlineSeconds > pod.terminationGracePeriodSeconds,
  },
  {
    text: 'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
    holds: ({ serviceAccount }) => serviceAccount.name !== serviceAccount.secretsName,
  },
  {
    text: 'quota.priorityClass.create needs the name pod.priorityClassName',
    holds: ({ quota, pod }) => !quota.priorityClass.create || pod.priorityClassName !== '',
  },
  {
    text: 'git.credentials and model.credential must each have a name of their own',
    holds: ({ git, model }) => {
      const names = [...git.credentials.map(({ name }) => name), model.credential.name];
      return new Set(names).size === names.length;
    },
  },
];

/** The rules that an environment breaks, each as a sentence. */
export function brokenRules(environment: Environment): string[] {
  return RULES.filter((rule) => !rule.holds(environment)).map((rule) => rule.text);
}
