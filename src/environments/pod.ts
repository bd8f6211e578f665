import { z } from 'zod';
import {
  amounts,
  className,
  dnsLabel,
  labels,
  labelValue,
  pathGlob,
  qualifiedName,
  quantity,
  seconds,
} from './fields.js';

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
const toleration = z.strictObject({
  key: qualifiedName.describe("The taint's key."),
  operator: z
    .string()
    .regex(/^(Equal|Exists)$/, 'is not Equal or Exists')
    .default('Equal')
    .describe('Equal: the value counts; Exists: it does not.'),
  value: labelValue.describe("The taint's value; empty with Exists."),
  effect: z
    .string()
    .regex(/^(NoSchedule|PreferNoSchedule|NoExecute)?$/, 'is not NoSchedule, PreferNoSchedule or NoExecute')
    .describe("The taint's effect; empty: each."),
});

/** What a run is given. */
export const pod = z
  .strictObject({
    image: z
      .strictObject({
        repository: z
          .string()
          .regex(
            /^([a-z0-9][a-z0-9._-]*(:\d+)?\/)?[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/,
            'is not the name of an image without tag',
          )
          .default('agentic-sdlc/opencode')
          .describe(
            "Image of the agent, without tag: one that you build and push, with its registry. The default is not this project's.",
          ),
        tag: z
          .string()
          .max(128, 'is longer than 128 characters')
          .regex(/^\w[\w.-]*$/, 'is not a tag')
          .default('0.1.0')
          .describe('Tag of the image; unused when a digest is given.'),
        digest: z
          .string()
          .regex(/^(sha256:[0-9a-f]{64})?$/, 'is not sha256: and 64 hex digits')
          .default('')
          .describe('Digest of the image.'),
        requireDigest: z.boolean().default(false).describe('Admit no run whose image is not named by its digest.'),
        pullPolicy: z
          .enum(['Always', 'IfNotPresent', 'Never'])
          .default('IfNotPresent')
          .describe('When the node pulls the image.'),
      })
      .prefault({}),
    imagePullSecrets: z.array(dnsLabel).default([]).describe('Secrets for a private registry.'),
    resources: z
      .strictObject({ requests: amounts('1', '2Gi', '4Gi'), limits: amounts('2', '4Gi', '20Gi') })
      .prefault({})
      .describe('What a run is given and may use at most.'),
    workspaceSize: quantity.default('8Gi').describe("Size limit of the workspace's volume, in bytes."),
    homeSize: quantity.default('2Gi').describe('Size limit of the home folder, where package caches lie, in bytes.'),
    temporarySize: quantity.default('1Gi').describe('Size limit of /tmp, in bytes.'),
    terminationGracePeriodSeconds: seconds.default(60).describe('Time to end after a stop, in seconds.'),
    nodeSelector: labels.default({}).describe('Labels of the nodes that runs may use.'),
    tolerations: z.array(toleration).default([]).describe('Taints that runs tolerate.'),
    affinity: z.record(z.string(), z.unknown()).default({}).describe('Affinity of the runs.'),
    hostUsers: z
      .boolean()
      .optional()
      .describe('false: user namespaces (Kubernetes 1.33 or later). Unset: as the cluster does.'),
    runtimeClassName: className.default('').describe('RuntimeClass, like gvisor; empty: the default runtime.'),
    priorityClassName: className
      .default('')
      .describe(
        'PriorityClass; empty: priority 0. Where the cluster has a global default, name that one: Kubernetes writes it into each pod.',
      ),
  })
  .prefault({});

/** What all runs of the namespace share. */
export const quota = z
  .strictObject({
    pods: z
      .int('is not a whole number')
      .positive('must be more than 0')
      .default(20)
      .describe('Runs that may live at the same time.'),
    requests: amounts('20', '40Gi', '100Gi').describe('What all living runs together may ask for.'),
    limits: amounts('40', '80Gi', '400Gi').describe('What all living runs together may use.'),
    priorityClass: z
      .strictObject({
        create: z
          .boolean()
          .default(false)
          .describe('Make the PriorityClass pod.priorityClassName, which never preempts; it is cluster-scoped.'),
        value: z
          .int('is not a whole number')
          .min(-1_000_000_000, 'must be at least -1000000000')
          .max(1_000_000_000, 'must be at most 1000000000')
          .default(-10)
          .describe('Its priority.'),
      })
      .prefault({}),
  })
  .prefault({});

export const task = z
  .strictObject({
    deadlineSeconds: seconds.default(7200).describe('Longest time that a run may take, in seconds.'),
    reserveSeconds: seconds
      .default(120)
      .describe(
        'A run ends itself this long before its deadline, to save its work; at most a fifth of the deadline, in seconds.',
      ),
    stallSeconds: seconds
      .default(900)
      .describe('A run without any event and without a process at work for this long is stopped, in seconds.'),
    checkpointSeconds: seconds
      .default(120)
      .describe(
        'How often the work in progress of a run is pushed to its checkpoint ref, in seconds: what a lost node or a kill may cost at most.',
      ),
    allowRepositoryConfig: z
      .boolean()
      .default(false)
      .describe(
        "Let the repository's own OpenCode configuration, plugins and MCP servers work in the pod: its code then runs before the agent does anything.",
      ),
    sandboxTest: z
      .boolean()
      .default(false)
      .describe(
        'A run first looks whether it reaches the metadata service or the API server, and does nothing when it does: the cluster then does not enforce network policies.',
      ),
    protectedPaths: z
      .strictObject({
        allow: z
          .array(pathGlob)
          .default([])
          .describe(
            'Protected paths that every run may change: paths, folders or globs inside the repository, like .github/workflows/docs.yml or .vscode/**.',
          ),
        allowNamedByTask: z
          .boolean()
          .default(true)
          .describe("A run may change the protected paths that its task names in the feature's tasks.md."),
      })
      .prefault({}),
    cleanup: z
      .enum(['on-success', 'never'])
      .default('on-success')
      .describe('Which finished runs `agent-runner prune` may delete.'),
  })
  .prefault({});
