import { z } from 'zod';
import { amounts, className, dnsLabel, labels, labelValue, qualifiedName, quantity, seconds } from './fields.js';
import { image } from './runner.js';

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
const toleration = z.strictObject({
  key: qualifiedName.describe("The taint's key."),
  operator: z
    .string()
    .regex(/^(Equal|Exists)$/, 'is not Equal or Exists')
    .default('Equal')
    .describe('Equal: the value must match. Exists: the value does not count.'),
  value: labelValue.describe("The taint's value. Empty with Exists."),
  effect: z
    .string()
    .regex(/^(NoSchedule|PreferNoSchedule|NoExecute)?$/, 'is not NoSchedule, PreferNoSchedule or NoExecute')
    .describe("The taint's effect. Empty: every effect."),
});

const OPENCODE = ' OpenCode itself needs about 768Mi.';

/** The agent of a run, and the settings of its pod. */
export const pod = z
  .strictObject({
    image: image(
      'agentic-sdlc/opencode',
      'Image of the agent, without tag. It needs OpenCode, git, a shell at /bin/sh, and the tools ' +
        'of your tasks. Build and push it yourself, and give its name with the registry. The default name ' +
        'does not belong to this project.',
    ),
    imagePullSecrets: z.array(dnsLabel).default([]).describe('Secrets for a private registry.'),
    resources: z
      .strictObject({ requests: amounts('1', '2Gi', '4Gi', OPENCODE), limits: amounts('2', '4Gi', '20Gi', OPENCODE) })
      .prefault({})
      .describe('Resources that the agent is given, and the most that it may use.'),
    workspaceSize: quantity.default('8Gi').describe('Size limit of the workspace volume, in bytes.'),
    homeSize: quantity.default('2Gi').describe('Size limit of the home folder, which holds package caches, in bytes.'),
    temporarySize: quantity.default('1Gi').describe('Size limit of /tmp, in bytes.'),
    terminationGracePeriodSeconds: seconds.default(60).describe('Time that a stopped pod has to end, in seconds.'),
    nodeSelector: labels.default({}).describe('Labels of the nodes that runs may use.'),
    tolerations: z.array(toleration).default([]).describe('Taints that runs tolerate.'),
    affinity: z.record(z.string(), z.unknown()).default({}).describe('Affinity of the runs.'),
    hostUsers: z
      .boolean()
      .optional()
      .describe('false: user namespaces (Kubernetes 1.33 or later). Unset: the default of the cluster.'),
    runtimeClassName: className.default('').describe('RuntimeClass, like gvisor. Empty: the default runtime.'),
    priorityClassName: className
      .default('')
      .describe(
        'PriorityClass. Empty: priority 0. If the cluster has a global default, give its name: ' +
          'Kubernetes writes it into each pod.',
      ),
  })
  .prefault({});

/** Limits of all runs of the namespace together. */
export const quota = z
  .strictObject({
    pods: z
      .int('is not a whole number')
      .positive('must be more than 0')
      .default(20)
      .describe('Most runs that may be active at the same time.'),
    requests: amounts('22', '45Gi', '100Gi').describe('Resources that all active runs together may request.'),
    limits: amounts('60', '100Gi', '600Gi').describe('Resources that all active runs together may use.'),
    priorityClass: z
      .strictObject({
        create: z
          .boolean()
          .default(false)
          .describe('Create the PriorityClass pod.priorityClassName. It is cluster-scoped and never preempts.'),
        value: z
          .int('is not a whole number')
          .min(-1_000_000_000, 'must be at least -1000000000')
          .max(1_000_000_000, 'must be at most 1000000000')
          .default(-10)
          .describe('Priority of that class.'),
      })
      .prefault({}),
  })
  .prefault({});
