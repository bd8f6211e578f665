// What a test on a real Argo CD needs. TEST_PUBLISH_GIT makes a folder, as it is, the next commit of a repository that Argo CD
// reads: `$TEST_PUBLISH_GIT FOLDER NAME` prints its URL first.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from './cluster.js';

const ARGO_NAMESPACE = 'argocd';

/** What is said of an Application. */
export interface ApplicationState {
  readonly sync: string;
  readonly health: string;
  /** Commit that was synced last. */
  readonly revision: string;
  /** How the last sync ended, and why. */
  readonly operation: string;
}

/** @returns URL of the repository */
export function publish(folder: string, name: string): string {
  const [program = '', ...args] = (process.env.TEST_PUBLISH_GIT ?? '').split(' ');
  const [url = ''] = execFileSync(program, [...args, folder, name], { encoding: 'utf8' }).split(' ');
  return url;
}

export function state(application: string): ApplicationState {
  const json = kubectl(['-n', ARGO_NAMESPACE, 'get', 'application', application, '-o', 'json']);
  const { status = {} } = JSON.parse(json);
  const { phase = '', message = '' } = status.operationState ?? {};
  return {
    sync: status.sync?.status ?? '',
    health: status.health?.status ?? '',
    revision: status.operationState?.syncResult?.revision ?? '',
    operation: `${phase}: ${message}`,
  };
}

/**
 * Waits until something holds for an Application.
 * @throws Error with what it was at last
 */
export async function until(
  application: string,
  holds: (state: ApplicationState) => boolean,
): Promise<ApplicationState> {
  const end = Date.now() + 120_000;
  for (;;) {
    const now = state(application);
    if (holds(now)) return now;
    if (Date.now() > end) throw new Error(`${application} is ${JSON.stringify(now)}`);
    await sleep(300);
  }
}

export const isSynced = ({ sync, health }: ApplicationState): boolean => sync === 'Synced' && health === 'Healthy';

/** Has Argo CD compare everything anew, and waits until it has. */
export async function hardRefresh(application: string): Promise<ApplicationState> {
  const key = 'argocd.argoproj.io/refresh';
  kubectl(['-n', ARGO_NAMESPACE, 'annotate', 'application', application, '--overwrite', `${key}=hard`]);
  const annotation = ['-o', `jsonpath={.metadata.annotations.argocd\\.argoproj\\.io/refresh}`];
  while (kubectl(['-n', ARGO_NAMESPACE, 'get', 'application', application, ...annotation]) !== '') await sleep(200);
  return state(application);
}

/** What `argocd app sync --prune` asks for. */
export function startSync(application: string): void {
  const json = kubectl(['-n', ARGO_NAMESPACE, 'get', 'application', application, '-o', 'json']);
  const { syncOptions } = JSON.parse(json).spec.syncPolicy;
  const operation = { initiatedBy: { username: 'test' }, sync: { prune: true, syncOptions } };
  patch('application', application, { operation });
}

export function patch(kind: string, name: string, change: object): void {
  kubectl(['-n', ARGO_NAMESPACE, 'patch', kind, name, '--type=merge', '-p', JSON.stringify(change)]);
}

/** Deletes Application and project; what they installed stays. */
export function remove(name: string): void {
  kubectl(['-n', ARGO_NAMESPACE, 'delete', 'application,appproject', name, '--ignore-not-found']);
}
