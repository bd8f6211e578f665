import { z } from 'zod';
import { InputError, Problems } from '../run/problems.js';
import { rbac, serviceAccount, spawnPolicy } from './access.js';
import { externalSecret } from './credentials.js';
import { annotations, dnsLabel, labels } from './fields.js';
import { git } from './git.js';
import { gitops } from './gitops.js';
import { model } from './model.js';
import { egress } from './network.js';
import { pod, quota, task } from './pod.js';
import { brokenRules } from './rules.js';

/** The one definition of an environment: fields, types, units, defaults. */
export const environmentSchema = z.strictObject({
  name: dnsLabel
    .max(24, 'is longer than 24 characters: Helm takes no longer name of a release')
    .describe('Name of the environment, like dev.'),
  namespace: z.strictObject({
    name: dnsLabel.describe('Namespace of the runs.'),
    labels: labels.default({}).describe('More labels of the namespace.'),
    annotations: annotations.default({}).describe('Annotations of the namespace.'),
    podSecurityVersion: z
      .string()
      .regex(/^v1\.\d+$/, 'is not a version like v1.34')
      .default('v1.34')
      .describe('Version of the Pod Security standard "restricted" that the namespace enforces.'),
  }),
  commonLabels: labels.default({}).describe('Labels of every object, beside the usual ones.'),
  serviceAccount,
  externalSecret,
  git,
  model,
  pod,
  quota,
  rbac,
  spawnPolicy,
  task,
  egress,
  gitops,
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

/**
 * Checks several environments together.
 * @throws InputError with every problem of every one
 */
export function defineEnvironments(inputs: readonly EnvironmentInput[]): Environment[] {
  const problems = new Problems();
  const environments = inputs.map((input) => problems.collect(() => defineEnvironment(input)));
  problems.throwIfAny();
  return environments.filter((environment) => environment !== undefined);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${[...issue.path, issue.keys.join(', ')].join('.')} is unknown; remove it or correct its name`;
  }
  if (issue.code === 'invalid_union' && issue.discriminator) {
    const { [issue.discriminator]: choice } = issue.input as Readonly<Record<string, unknown>>;
    return `${field}: ${choice === undefined ? 'is missing' : JSON.stringify(choice)}: ${issue.message}`;
  }
  const was = issue.input === undefined ? 'is missing' : JSON.stringify(issue.input);
  return `${field}: ${was}: ${issue.message}`;
}
