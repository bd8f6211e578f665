import { z } from 'zod';
import { argoFolder } from '../run/names.js';
import { InputError, Problems } from '../run/problems.js';
import { rbac, serviceAccount, spawnPolicy } from './access.js';
import { externalSecret } from './credentials.js';
import { annotations, dnsLabel, isMap, labels } from './fields.js';
import { git } from './git.js';
import { gitops } from './gitops.js';
import { model } from './model.js';
import { egress } from './network.js';
import { pod, quota } from './pod.js';
import { brokenBeside } from './repaired.js';
import { brokenRules } from './rules.js';
import { runner } from './runner.js';
import { task } from './task.js';

/** The one definition of an environment: fields, types, units, defaults. */
export const environmentSchema = z.strictObject({
  name: dnsLabel
    .max(24, 'is longer than 24 characters: the name of its Helm release would be too long')
    .describe('Name of the environment, like dev.'),
  namespace: z.strictObject({
    name: dnsLabel.describe('Namespace of the runs.'),
    labels: labels.default({}).describe('Additional labels of the namespace.'),
    annotations: annotations.default({}).describe('Annotations of the namespace.'),
    podSecurityVersion: z
      .string()
      .regex(/^v1\.\d+$/, 'is not a version like v1.34')
      .default('v1.34')
      .describe('Version of the Pod Security standard "restricted" that the namespace enforces.'),
  }),
  commonLabels: labels.default({}).describe('Labels of every object, in addition to the standard ones.'),
  serviceAccount,
  externalSecret,
  git,
  model,
  runner,
  pod,
  quota,
  rbac,
  spawnPolicy,
  task,
  egress,
  gitops,
});

/** An environment with every default filled in. docs/reference/environments.md lists its fields. */
export interface Environment extends z.output<typeof environmentSchema> {}

/** An environment's file: what differs from the defaults. docs/reference/environments.md lists its fields. */
export interface EnvironmentInput extends z.input<typeof environmentSchema> {}

/**
 * Checks an environment and fills in its defaults.
 * @throws InputError that lists every invalid field (its value, what is allowed) and every broken rule between fields
 */
export function defineEnvironment(input: EnvironmentInput): Environment {
  if (!isMap(input)) throw new InputError([`an environment is ${kindOf(input)}; give a map, like { name: 'dev', … }`]);
  const parsed = environmentSchema.safeParse(input, { reportInput: true });
  const problems = parsed.success
    ? brokenRules(parsed.data)
    : [
        ...parsed.error.issues.map(describeIssue),
        ...brokenBeside(input, parsed.error.issues, (rest) => environmentSchema.safeParse(rest)),
      ];
  if (problems.length > 0 || !parsed.success) {
    throw new InputError(problems.map((problem) => `environment ${labelOf(input)}: ${problem}`));
  }
  return parsed.data;
}

/**
 * Checks several environments together.
 * @throws InputError that lists the problems of every environment, and every conflict between two of them
 */
export function defineEnvironments(inputs: readonly EnvironmentInput[]): Environment[] {
  const problems = new Problems();
  const environments = inputs.map((input) => problems.collect(() => defineEnvironment(input)));
  for (const problem of sharedBetween(inputs)) problems.add(problem);
  problems.throwIfAny();
  return environments.filter((environment) => environment !== undefined);
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;

/** Messages call an environment without a name by its namespace, if it has one. */
function labelOf({ name, namespace }: EnvironmentInput): string {
  if (typeof name === 'string' && name !== '') return name;
  return typeof namespace?.name === 'string' ? `in namespace ${namespace.name}` : 'without a name';
}

/** Conflicts between environments: each needs its own name, its own namespace and its own folder of manifests. */
function sharedBetween(inputs: readonly EnvironmentInput[]): string[] {
  const repeated = (values: readonly (string | undefined)[]) => [
    ...new Set(values.filter((value, index) => value !== undefined && values.indexOf(value) !== index)),
  ];
  const names = inputs.map((input) => input?.name);
  const namespaces = inputs.map((input) => input?.namespace?.name);
  return [
    ...repeated(names).map((name) => `environment ${name} is given twice; give each its own name`),
    ...repeated(namespaces).flatMap((namespace) => {
      const sharing = new Set(names.filter((_, index) => namespaces[index] === namespace));
      const named = `environments ${[...sharing].join(' and ')}`;
      return sharing.size > 1 ? [`${named}: namespace.name is "${namespace}" in each; give each its own`] : [];
    }),
    ...names
      .filter((name) => names.some((other) => name === argoFolder(String(other))))
      .map(
        (name) => `environment ${name}: another environment's Argo CD manifests have this folder; give it another name`,
      ),
  ];
}
function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...issue.path, key].join('.'));
    return names.length > 1
      ? `${names.join(' and ')} are unknown; remove them or correct their names`
      : `${names.join()} is unknown; remove it or correct its name`;
  }
  if (issue.code === 'invalid_union' && issue.discriminator) {
    const { [issue.discriminator]: choice } = issue.input as Readonly<Record<string, unknown>>;
    return `${field}: ${choice === undefined ? 'is missing' : JSON.stringify(choice)}: ${issue.message}`;
  }
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const kind = KINDS[issue.expected] ?? issue.expected;
    return issue.input === undefined
      ? `${field}: is missing; give a ${kind}`
      : `${field}: ${JSON.stringify(issue.input)} is not a ${kind}`;
  }
  return `${field}: ${JSON.stringify(issue.input) ?? 'is missing'}: ${issue.message}`;
}

/** How messages name a type. */
const KINDS: Readonly<Record<string, string>> = { string: 'text', record: 'map', object: 'map', array: 'list' };
