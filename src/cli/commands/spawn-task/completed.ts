import { dirname } from 'node:path';
import { withoutSecrets } from '../../../run/repository.js';
import { featureDirectory, featureOf } from '../../checkout/feature-dir.js';
import { repositoryOf, type Upstream, upstreamBranch } from '../../checkout/upstream.js';
import { UserGit } from '../../git/user-git.js';
import { identityOf, ownTaskList } from '../../runs/own-feature.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { SpawnCommand } from './options.js';

/** The remote branch of the user's checkout. Nothing if the user has named another repository. */
async function upstreamHere(cwd: string, named: string | undefined): Promise<Partial<Upstream>> {
  const git = new UserGit(cwd);
  if (!git.top) return {};
  const [repository, branch] = [await repositoryOf(git), await upstreamBranch(git)];
  if (named !== undefined && identityOf(named) !== identityOf(repository)) return {};
  return { ...(repository && { repository }), ...(branch && { branch }) };
}

/** What the user leaves out is that of their checkout. */
export async function completed(command: SpawnCommand, { cwd, env, err }: Terminal): Promise<SpawnCommand> {
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
