import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Pod } from '../../../src/cluster/pod.js';
import { commitSubject } from '../../../src/run/commit-subject.js';
import { ANNOTATIONS, LABELS } from '../../../src/run/metadata.js';
import type { OutcomeName } from '../../../src/run/outcomes.js';
import type { Result } from '../../../src/run/result.js';
import { readTaskList } from '../../../src/tasks/task-list.js';
import { answer } from '../../cluster-client/api-server.js';
import { openSettings } from '../../fixtures/environments.js';
import { commitTo, gitIn } from '../../support/git-repository.js';
import { endedAs, RUNNING as STATUS } from '../run-pods.js';

/** What a pod of a task does. Default: it delivers a file of its own. */
export interface Behaviour {
  readonly outcome?: OutcomeName;
  /** What it commits. */
  readonly files?: Readonly<Record<string, string>>;
  /** Says that it has pushed, and has not. */
  readonly lies?: boolean;
  /** Somebody pushes to its branch before anybody looks. */
  readonly toppedBy?: string;
  /** May not be created. */
  readonly forbidden?: boolean;
  /** Disappears as soon as it is followed. */
  readonly deleted?: boolean;
}

interface Condition {
  readonly name: string;
  readonly ready: boolean;
  readonly message: string;
}

/** What the cluster is like. */
export interface ClusterState {
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  readonly refusedVerbs?: readonly string[];
  readonly quota?: { readonly hard: string; readonly used: string };
  /** So many pods are refused for want of quota before one is taken. */
  full?: number;
  /** So many requests for pods are answered by an error of the server's. */
  broken?: number;
  /** So many pods fit into the quota. */
  room?: number;
  readonly externalSecrets?: readonly Condition[];
}

export const REPOSITORY = 'https://git.example/o/n';

/** The API of a namespace whose pods deliver to a repository on this machine. */
export class FakeCluster {
  readonly pods = new Map<string, Pod>();
  readonly created: string[] = [];
  readonly bases: Record<string, string> = {};

  constructor(
    private readonly remote: string,
    readonly state: ClusterState = {},
  ) {}

  /** A pod that was spawned before. */
  add(pod: Pod): void {
    this.pods.set(pod.metadata.name, pod);
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse): void => {
    this.answer(request, response).catch((error) => answer(response, { message: String(error) }, 500));
  };

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    const { refusedVerbs = [], quota, externalSecrets = [] } = this.state;
    const [, resource = '', name, sub] = /\/n\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(pathname) ?? [];
    if (pathname.endsWith('selfsubjectreviews')) return answer(response, { status: { userInfo: { username: 'ada' } } });
    if (pathname.endsWith('selfsubjectaccessreviews')) {
      const { verb } = JSON.parse(await text(request)).spec.resourceAttributes;
      return answer(response, { status: { allowed: !refusedVerbs.includes(verb) } });
    }
    if (resource === 'configmaps') return answer(response, { data: { 'settings.json': JSON.stringify(settings()) } });
    if (resource === 'resourcequotas') {
      const { hard, used } = quota ?? {};
      const status = { hard: { pods: hard }, used: { pods: used } };
      return answer(response, { items: quota ? [{ metadata: { name: 'agent-runs' }, status }] : [] });
    }
    if (resource === 'externalsecrets') return answer(response, { items: externalSecrets.map(secretOf) });
    if (request.method === 'POST') return this.create(JSON.parse(await text(request)), response);
    if (!name) {
      const [, tasks] = new RegExp(`${LABELS.task} in \\(([^)]+)`).exec(searchParams.get('labelSelector') ?? '') ?? [];
      const wanted = tasks?.split(',');
      const all = [...this.pods.values()];
      return answer(response, {
        items: all.filter(({ metadata }) => !wanted || wanted.includes(metadata.labels?.[LABELS.task] ?? '')),
      });
    }
    const pod = this.pods.get(name);
    if (!pod) return answer(response, { kind: 'Status', reason: 'NotFound', message: `pods "${name}" not found` }, 404);
    if (sub !== 'log') return answer(response, pod);
    if (pod.status === RUNNING) await this.work(pod);
    response.end(`2026-01-01T12:00:01.1Z opencode | working on ${pod.metadata.annotations?.[ANNOTATIONS.task]}\n`);
    await once(response, 'close');
  }

  private create(pod: Pod, response: ServerResponse): void {
    const { name } = pod.metadata;
    if (this.state.full || this.created.length >= (this.state.room ?? Number.POSITIVE_INFINITY)) {
      this.state.full = Math.max(0, (this.state.full ?? 0) - 1);
      const message = `pods "${name}" is forbidden: exceeded quota: agent-runs, requested: pods=1`;
      answer(response, { kind: 'Status', reason: 'Forbidden', message }, 403);
      return;
    }
    const [, task = ''] = name.split('-');
    if (this.state.behaviours?.[task.toUpperCase()]?.forbidden) {
      answer(response, { kind: 'Status', reason: 'Forbidden', message: `${name} is forbidden: not this one` }, 403);
      return;
    }
    if (this.state.broken) {
      this.state.broken -= 1;
      answer(response, { kind: 'Status', reason: 'InternalError', message: 'etcdserver: leader changed' }, 500);
      return;
    }
    this.created.push(name);
    this.add({ ...pod, metadata: { ...pod.metadata, uid: `uid-${name}` }, status: RUNNING });
    answer(response, pod, 201);
  }

  /** What the pod does before it ends. */
  private async work(pod: Pod): Promise<void> {
    const env = Object.fromEntries(
      (pod.spec?.containers?.[0]?.env ?? []).map(({ name, value }) => [name, value ?? '']),
    ) as Record<string, string>;
    const { TASK_ID: task = '', TASK_BRANCH: branch = '', GIT_BASE: base = '', TASK_CONTEXT_PATH: feature = '.' } = env;
    const {
      outcome = 'delivered',
      lies,
      toppedBy,
      deleted,
      files = { [`${task}.txt`]: `${task}\n` },
    } = this.state.behaviours?.[task] ?? {};
    this.bases[task] = base;
    if (deleted) return void this.pods.delete(pod.metadata.name);
    const more: { -readonly [name in keyof Result]?: Result[name] } = { task, branch };
    if (outcome === 'delivered' && !lies) {
      const text = await gitIn(this.remote, 'show', `${base}:${join(feature, 'tasks.md')}`).catch(() => '');
      const list = readTaskList(text);
      const { description = '' } = list.tasks.find(({ id }) => id === task) ?? {};
      const message = `${commitSubject(task, description)}\n\nAgent-Run: ${pod.metadata.name}\nAgent-Outcome: delivered`;
      more.commit = await commitTo(this.remote, branch, { ...files }, message, { from: base });
    }
    if (toppedBy) await commitTo(this.remote, branch, { 'top.txt': 'x\n' }, toppedBy);
    this.add({ ...pod, status: endedAs(outcome, more) ?? {} });
  }
}

/** Of a pod that has not done anything yet. */
export const RUNNING: NonNullable<Pod['status']> = STATUS ?? {};

const settings = () => ({
  ...openSettings,
  repositories: ['https://git.example/'],
});

const secretOf = ({ name, ready, message }: Condition) => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', message }] },
});
