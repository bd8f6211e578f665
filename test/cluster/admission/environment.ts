import { App } from 'cdk8s';
import { type PodManifest, renderRun } from '../../../src/charts/run-chart.js';
import { runSettings } from '../../../src/charts/run-settings.js';
import { RunnerChart } from '../../../src/charts/runner-chart.js';
import { defineEnvironment, type Environment } from '../../../src/environments/environment.js';
import { planRun, type RunRequest } from '../../../src/run/request.js';
import { kubectl } from '../../support/cluster.js';

export const USER = 'ada';
export const SPAWNERS = 'spawners';
export const IMAGE = 'registry.example/agents/opencode';
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const REPOSITORY = 'https://github.com/my-org/shop';

/**
 * An environment with something of everything that the policy compares with.
 * @param strict the image needs a digest, and nothing but the profile github is allowed
 */
export function environmentFor(namespace: string, strict = false): Environment {
  const secret = { source: 'existing', type: 'token' } as const;
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
    pod: {
      image: { repository: IMAGE, digest: strict ? DIGEST : '', requireDigest: strict },
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
  return new RunnerChart(new App(), environment).toJson().filter(({ kind }) => !others.includes(kind));
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

/** The same policy, but for one of its rules. */
export function without<T extends { kind: string; metadata: { name: string } }>(
  object: T,
  policy: 'spawn' | 'change' | 'connect',
  rule: string | undefined,
): T {
  const { kind, metadata } = object;
  if (!rule || kind !== 'ValidatingAdmissionPolicy' || !metadata.name.endsWith(`-${policy}`)) return object;
  const { spec } = object as unknown as { spec: { validations: { message: string }[] } };
  const validations = spec.validations.filter(({ message }) => !message.startsWith(`${rule}: `));
  if (validations.length !== spec.validations.length - 1) throw new Error(`${metadata.name} has no rule ${rule}`);
  return { ...object, spec: { ...spec, validations } };
}

/** Deletes what is in no namespace, of those whose names begin so. */
export function deleteInstalled(prefix: string): void {
  for (const kind of ['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'priorityclasses']) {
    const all = kubectl(['get', kind, '-o', 'name']).split('\n');
    const own = all.filter((name) => name.includes(`/${prefix}`));
    if (own.length > 0) kubectl(['delete', '--wait=false', ...own]);
  }
}
