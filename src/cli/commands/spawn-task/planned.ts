import { dirname } from 'node:path';
import { withoutSecrets } from '../../../run/repository.js';
import { checkRequest, type PlannedRun, planRun } from '../../../run/request.js';
import type { RunSettings } from '../../../run/settings.js';
import { localContext } from '../../checkout/context-dir.js';
import { featureDirectory, featureOf } from '../../checkout/feature-dir.js';
import { repositoryOf, type Upstream, upstreamBranch } from '../../checkout/upstream.js';
import { UserGit } from '../../git/user-git.js';
import { identityOf, ownTaskList } from '../../runs/own-feature.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { SpawnCommand } from './options.js';

/**
 * Checks everything that needs no settings, so that errors come before the cluster is asked.
 * @throws InputError with every problem
 */
export function checkSpawn(command: SpawnCommand): void {
  for (const task of command.tasks) checkRequest({ ...command, task });
}

/**
 * Checks every task of the command against the settings, and then against the user's own checkout. If one task is
 * refused, none is spawned.
 * @throws InputError with every problem
 */
export async function planSpawn(
  command: SpawnCommand,
  settings: RunSettings,
  terminal: Terminal,
): Promise<PlannedRun[]> {
  const asked = await completed(command, terminal);
  const plan = (local: object) => asked.tasks.map((task) => planRun(settings, { ...asked, ...local, task }));
  // The settings are checked first, before git is asked about the feature.
  plan({});
  const local = await localContext(asked.contextDir, terminal.cwd, {
    tasks: asked.tasks,
    branch: asked.branch ?? settings.defaultBranch,
    hasBase: command.base !== undefined,
    hasPrompt: command.prompt !== undefined,
  });
  const planned = plan(local);
  const notes = new Set(planned.flatMap((run) => run.notes));
  for (const note of notes) terminal.err(`spawn-task: ${note}`);
  return planned;
}

/** The remote branch of the user's checkout. Nothing if the user has named another repository. */
async function upstreamHere(cwd: string, named: string | undefined): Promise<Partial<Upstream>> {
  const git = new UserGit(cwd);
  if (!git.top) return {};
  const [repository, branch] = [await repositoryOf(git), await upstreamBranch(git)];
  if (named !== undefined && identityOf(named) !== identityOf(repository)) return {};
  return { ...(repository && { repository }), ...(branch && { branch }) };
}

/** What the user leaves out is that of their checkout. */
async function completed(command: SpawnCommand, { cwd, env, err }: Terminal): Promise<SpawnCommand> {
  const { repo, branch, contextDir, feature } = command;
  const named = feature === undefined ? contextDir : featureDirectory(feature, cwd);
  if (repo !== undefined && branch !== undefined) return { ...command, contextDir: named };
  const own = await upstreamHere(cwd, repo);
  const isOwn = branch === undefined || branch === own.branch;
  const list = named === undefined && isOwn && own.repository ? await ownTaskList({ cwd, env }) : undefined;
  const found = list === undefined ? named : dirname(list);
  const taken = [
    ...(repo === undefined && own.repository ? [`repository ${withoutSecrets(own.repository)}`] : []),
    ...(branch === undefined && own.branch ? [`branch ${own.branch}`] : []),
    ...(list === undefined ? [] : [`feature ${featureOf(list)}`]),
  ];
  if (taken.length > 0) err(`spawn-task: from your checkout: ${taken.join(', ')}`);
  return { ...command, repo: repo ?? own.repository, branch: branch ?? own.branch, contextDir: found };
}
