import { z } from 'zod';
import { CANONICAL_DURATION } from '../run/duration.js';
import { InputError } from '../run/problems.js';
import { parseRepository } from '../run/repository.js';
import { EGRESS_PROFILES } from '../run/settings.js';
import {
  amounts,
  branch,
  className,
  dnsLabel,
  gitCredential,
  given,
  isValid,
  quantity,
  seconds,
  source,
  stringMap,
  text,
  workloadIdentity,
} from './fields.js';
import { brokenRules } from './rules.js';

/** The one definition of an environment: fields, types, units, defaults. */
export const environmentSchema = z.strictObject({
  name: dnsLabel.describe('Name of the environment, like dev.'),
  namespace: z.strictObject({
    name: dnsLabel.describe('Namespace of the runs.'),
    labels: stringMap.default({}).describe('More labels of the namespace.'),
    annotations: stringMap.default({}).describe('Annotations of the namespace.'),
    podSecurityVersion: z
      .string()
      .regex(/^v1\.\d+$/, 'is not a version like v1.34')
      .default('v1.34')
      .describe('Version of the Pod Security standard "restricted" that the namespace enforces.'),
  }),
  serviceAccount: z
    .strictObject({
      name: dnsLabel.default('agent').describe('ServiceAccount of the runs: no token, no rights, no cloud identity.'),
      secretsName: dnsLabel
        .default('agent-secrets')
        .describe('ServiceAccount that the secret store authenticates as. It carries the cloud identity.'),
      annotations: stringMap.default({}).describe('More annotations of the ServiceAccount for the secret store.'),
      workloadIdentity: workloadIdentity.default({ type: 'none' }).describe('Cloud identity for the secret store.'),
    })
    .prefault({}),
  externalSecret: z
    .strictObject({
      refreshInterval: z
        .string()
        .regex(CANONICAL_DURATION, 'is not a duration as External Secrets stores it, like 30m0s')
        .default('30m0s')
        .describe('How often the Secrets are read anew; at most 30 minutes for tokens that live for one hour.'),
      secretStore: z
        .strictObject({
          name: className.min(1, 'must not be empty').default('secret-store').describe('Name of the secret store.'),
          kind: z
            .enum(['SecretStore', 'ClusterSecretStore'])
            .default('ClusterSecretStore')
            .describe('Kind of the secret store.'),
        })
        .prefault({}),
      remoteRef: z
        .strictObject({
          key: given.default('agentic-sdlc').describe('Entry of the store that holds the credentials.'),
        })
        .prefault({}),
    })
    .prefault({}),
  git: z
    .strictObject({
      repositories: z
        .array(z.string().regex(/^(https?|ssh):\/\/[^\s@]+$/, 'is not a URL prefix like https://github.com/my-org/'))
        .default([])
        .describe('URL prefixes of the repositories that runs may work on. Empty: none.'),
      defaultRepo: text
        .refine((url) => url === '' || isValid(() => parseRepository(url)), 'is not a remote repository')
        .default('')
        .describe('Repository when none is given.'),
      defaultBranch: branch.default('main').describe('Branch when none is given.'),
      branchPattern: z
        .string()
        .regex(/\{task\}/, 'must contain {task}')
        .default('{branch}-{task}')
        .describe('Branch of a task, where the given branch does not name the task already.'),
      author: z
        .strictObject({
          name: given.default('agent-runner').describe('Author and committer of the commits.'),
          email: given.default('agent-runner@users.noreply.github.com').describe('E-mail address of the author.'),
        })
        .prefault({}),
      credentials: z
        .array(gitCredential)
        .min(1, 'must name at least one Secret')
        .default([{ name: 'git', type: 'token', source: 'externalSecret', property: 'git-token' }])
        .describe('Secrets that open the repositories. The first one is the default.'),
    })
    .prefault({}),
  model: z
    .strictObject({
      provider: z
        .string()
        .regex(/^[a-z0-9][\w.-]*$/, 'is not the name of a provider, like anthropic')
        .default('anthropic')
        .describe('Provider of the model, as OpenCode names it; the only one that is enabled.'),
      name: z
        .string()
        .regex(/^[^\s"\\]+$/, 'is not the name of a model')
        .default('claude-sonnet-4-5')
        .describe('Model of the agent, as the provider names it.'),
      smallName: text.default('').describe('Model for titles and summaries; empty: the same.'),
      baseURL: text.default('').describe("URL of the model's API; empty: the provider's own."),
      sdk: text
        .default('')
        .describe('npm name of the SDK for a provider that OpenCode does not know, like @ai-sdk/openai-compatible.'),
      credential: z
        .strictObject({
          name: dnsLabel.default('model').describe('Name of the Secret with the key.'),
          source,
          property: text.default('model-key').describe("Property of the store's entry; empty: the whole entry."),
        })
        .prefault({}),
    })
    .prefault({}),
  pod: z
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
            .describe('Image of the agent, without tag.'),
          tag: z
            .string()
            .regex(/^[\w][\w.-]{0,127}$/, 'is not a tag')
            .default('0.1.0')
            .describe('Tag of the image; unused when a digest is given.'),
          digest: z
            .string()
            .regex(/^(sha256:[0-9a-f]{64})?$/, 'is not sha256: and 64 hex digits')
            .default('')
            .describe('Digest of the image.'),
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
      nodeSelector: stringMap.default({}).describe('Labels of the nodes that runs may use.'),
      tolerations: z.array(z.record(z.string(), z.unknown())).default([]).describe('Taints that runs tolerate.'),
      affinity: z.record(z.string(), z.unknown()).default({}).describe('Affinity of the runs.'),
      hostUsers: z
        .boolean()
        .optional()
        .describe('false: user namespaces (Kubernetes 1.33 or later). Unset: as the cluster does.'),
      runtimeClassName: className.default('').describe('RuntimeClass, like gvisor; empty: the default runtime.'),
      priorityClassName: className.default('').describe('PriorityClass; empty: the default priority.'),
    })
    .prefault({}),
  quota: z
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
          value: z.int('is not a whole number').default(-10).describe('Its priority.'),
        })
        .prefault({}),
    })
    .prefault({}),
  rbac: z
    .strictObject({
      groupPrefix: text.default('').describe('What the API server puts before the names of OIDC groups, like oidc:.'),
      groups: z
        .strictObject({
          viewer: z.array(given).default([]).describe('Groups that may look at runs and their logs.'),
          maintainer: z.array(given).default([]).describe('Groups that may also spawn and cancel.'),
          admin: z.array(given).default([]).describe('Groups that may also clear finished runs away.'),
        })
        .prefault({}),
    })
    .prefault({}),
  task: z
    .strictObject({
      deadlineSeconds: seconds.default(7200).describe('Longest time that a run may take, in seconds.'),
      cleanup: z
        .enum(['on-success', 'never'])
        .default('on-success')
        .describe('Which finished runs `agent-runner prune` may delete.'),
    })
    .prefault({}),
  egress: z
    .strictObject({
      profiles: z
        .array(z.enum(EGRESS_PROFILES))
        .min(1, 'must name at least one profile')
        .default(['github'])
        .describe('What a run may ask for by --egress; the first one is the default.'),
    })
    .prefault({}),
});

/** An environment with every default filled in. */
export type Environment = z.output<typeof environmentSchema>;

/** What an environment's file gives: only what differs from the defaults. */
export type EnvironmentInput = z.input<typeof environmentSchema>;

/**
 * Checks an environment and fills in its defaults.
 * @throws InputError with every problem: the field, what it was, what is allowed
 */
export function defineEnvironment(input: EnvironmentInput): Environment {
  const parsed = environmentSchema.safeParse(input, { reportInput: true });
  const problems = parsed.success ? brokenRules(parsed.data) : parsed.error.issues.map(describeIssue);
  if (problems.length > 0 || !parsed.success) {
    throw new InputError(problems.map((problem) => `environment ${String(input?.name)}: ${problem}`));
  }
  return parsed.data;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${[...issue.path, issue.keys.join(', ')].join('.')} is unknown; remove it or correct its name`;
  }
  const was = issue.input === undefined ? 'is missing' : JSON.stringify(issue.input);
  return `${field}: ${was}: ${issue.message}`;
}
