import { App } from 'cdk8s';
import { type PodManifest, renderRun } from '../../../src/charts/run-chart.js';
import { runSettings } from '../../../src/charts/run-settings.js';
import { RunnerChart } from '../../../src/charts/runner-chart.js';
import { planRun, type RunRequest } from '../../../src/run/request.js';
import { defineEnvironment, type Environment } from '../../../src/schema/environment.js';
import { kubectl } from '../../support/cluster.js';
import type { ContainerName } from './case.js';

export const USER = 'ada';
export const SPAWNERS = 'spawners';
/** Of each container. */
export const IMAGES = { runner: 'registry.example/agents/runner', agent: 'registry.example/agents/opencode' } as const;
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const REPOSITORY = 'https://github.com/my-org/shop';

/**
 * An environment with something of everything that the policy compares with.
 * @param strict the images need a digest, and nothing but the profile github is allowed
 */
export function environmentFor(namespace: string, strict = false): Environment {
  const secret = { source: 'existing', type: 'token' } as const;
  const imageOf = (name: keyof typeof IMAGES) => ({
    repository: IMAGES[name],
    digest: strict ? DIGEST : '',
    requireDigest: strict,
  });
  return defineEnvironment({
    name: 'admission',
    namespace: { name: namespace },
    git: {
      repositories: ['https://github.com/my-org/', 'https://github.com/one/repository', 'http://plain.example/'],
      credentials: [
        { ...secret, name: 'git' },
        { ...secret, name: 'special' },
      ],
    },
    model: { credential: { source: 'existing', name: 'model' } },
    runner: { image: imageOf('runner') },
    pod: {
      image: imageOf('agent'),
      imagePullSecrets: ['pull'],
      nodeSelector: { pool: 'agents', zone: 'a' },
      tolerations: [{ key: 'agents', value: 'yes', effect: 'NoSchedule' }],
      affinity: {},
      priorityClassName: `${namespace}-runs`,
    },
    quota: { priorityClass: { create: true } },
    rbac: {
      groups: { maintainer: [SPAWNERS], admin: ['admins'] },
      credentialGroups: [{ credential: 'special', group: 'special-people' }],
    },
    egress: { profiles: strict ? ['github'] : ['github', 'open'], openGroups: ['open-people'] },
  });
}

/** What the environment puts into the cluster, but for what would refuse a pod before the policy does, or instead of it. */
export function objectsFor(environment: Environment): { kind: string; metadata: { name: string } }[] {
  const others = ['Namespace', 'ResourceQuota', 'LimitRange'];
  return new RunnerChart(new App(), environment.name, { environment })
    .toJson()
    .filter(({ kind }) => !others.includes(kind));
}

/** A good run's pod. */
export function podFor(environment: Environment, request: Partial<RunRequest> = {}): PodManifest {
  const planned = planRun(runSettings(environment), {
    task: 'T001',
    branch: '001-login',
    repo: REPOSITORY,
    ...request,
  });
  return renderRun({ ...planned, attempt: 1, createdBy: USER });
}

/** A rule that is taken away: as a whole, or for one container. */
export interface TakenAway {
  readonly rule: string;
  readonly container?: ContainerName;
}

/** Whether a rule holds for each container, so that it can be taken away for one of them. */
export const isForEach = ({ holds }: { readonly holds: string }): boolean => holds.includes(EACH);
const EACH = 'variables.containers.all(c, ';

/** The same policy, but for one of its rules. */
export function without<T extends { kind: string; metadata: { name: string } }>(
  object: T,
  policy: 'spawn' | 'change' | 'connect',
  taken: TakenAway | undefined,
): T {
  const { kind, metadata } = object;
  if (!taken || kind !== 'ValidatingAdmissionPolicy' || !metadata.name.endsWith(`-${policy}`)) return object;
  const { spec } = object as unknown as { spec: { validations: { message: string; expression: string }[] } };
  const { rule, container } = taken;
  const validations = spec.validations.flatMap((one) => {
    if (!one.message.startsWith(`${rule}: `)) return [one];
    const others = `variables.containers.filter(c, c.name != '${container}').all(c, `;
    return container ? [{ ...one, expression: one.expression.replace(EACH, others) }] : [];
  });
  if (same(validations, spec.validations)) throw new Error(`${metadata.name} has no rule ${rule} to take away`);
  return { ...object, spec: { ...spec, validations } };
}

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Deletes what is in no namespace, of those whose names begin so. */
export function deleteInstalled(prefix: string): void {
  for (const kind of ['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'priorityclasses']) {
    const all = kubectl(['get', kind, '-o', 'name']).split('\n');
    const own = all.filter((name) => name.includes(`/${prefix}`));
    if (own.length > 0) kubectl(['delete', '--wait=false', ...own]);
  }
}
