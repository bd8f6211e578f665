import { resolve } from 'node:path';
import type { Pod } from '../cluster/pod.js';
import { newestFirst, type Runs } from '../cluster/runs.js';
import { checkBranch } from '../run/branch.js';
import { attemptOf, withoutAttempt } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { choosePod, NoSuchRun, oneRun } from './choose-pod.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { fetchWork, ownBranch } from './pod-work.js';
import { remoteCheckpoints } from './remote-checkpoints.js';
import { EXIT, type Terminal } from './terminal.js';
import { repositoryOf } from './upstream.js';
import { UserGit } from './user-git.js';

const HELP = `Makes a branch of the work of a run that did not deliver, in your own checkout.

Usage:
  agent-runner recover <pod|task> [--checkout DIR] [--branch NAME] [-n NAMESPACE | --env NAME]

The work is fetched from the branch where the run saved it, else taken from the run's log, else from its
checkpoint ref, also where its pod is gone.
No branch of yours is changed: a name that is taken already is refused.

Flags:
  --checkout DIR   a checkout of the run's repository; default: the working directory
  --branch NAME    the branch to make; default: recovered/<task branch>-<attempt>`;

export const RECOVER_OPTIONS = {
  ...CLUSTER_OPTIONS,
  checkout: { type: 'string' },
  branch: { type: 'string' },
} as const;

/** `agent-runner recover`. Returns the exit code. */
export function recover(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner recover', help: HELP, options: RECOVER_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      const wanted = oneRun('agent-runner recover', positionals);
      const directory = resolve(terminal.cwd, (flags.checkout as string | undefined) ?? '.');
      const git = new UserGit(directory);
      if (!git.top) {
        throw new InputError([`${directory} is not in a Git repository; give a checkout of the run's by --checkout`]);
      }
      return withRuns(clusterFlags(flags), terminal, async (runs) => {
        const work = await workOf(wanted, await runs.all(), runs, git);
        const given = flags.branch as string | undefined;
        const branch = checkBranch(given ?? `recovered/${work.taskBranch}-${attemptOf(work.pod)}`, '--branch');
        if ((await git.here(['rev-parse', '--quiet', '--verify'], `refs/heads/${branch}`)) !== undefined) {
          throw new InputError([`branch ${branch} is there already; give another name by --branch`]);
        }
        terminal.out(`branch ${branch} has the work of ${work.pod}, ${await work.fetchTo(branch)}`);
        return EXIT.ok;
      });
    },
  );
}

/** The work of a run. */
interface Work {
  readonly pod: string;
  readonly taskBranch: string;
  /** Fetches it into a branch of the user's, and says where it was. */
  fetchTo(branch: string): Promise<string>;
}

async function checkpointsAt(git: UserGit, repository: string, wanted: string, why: string) {
  try {
    return await remoteCheckpoints(git, repository, wanted);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([`${why}. Whether ${repository} has a checkpoint of it cannot be seen: ${error.message}`]);
  }
}

/** What a run's pod knows of, else what the run left on the remote. */
async function workOf(wanted: string, pods: readonly Pod[], runs: Runs, git: UserGit): Promise<Work> {
  try {
    const pod = choosePod(wanted, pods, runs);
    const fetchTo = (branch: string) => fetchWork(pod, runs, git, branch);
    return { pod: pod.metadata.name, taskBranch: ownBranch(pod), fetchTo };
  } catch (error) {
    if (!(error instanceof NoSuchRun)) throw error;
    const [other] = newestFirst(
      pods.filter(({ metadata }) => withoutAttempt(metadata.name) === withoutAttempt(wanted)),
    );
    if (other) {
      throw new InputError([`${wanted} is gone, but its run has another attempt: recover ${other.metadata.name}`]);
    }
    const repository = await repositoryOf(git);
    const [found, ...more] = repository ? await checkpointsAt(git, repository, wanted, error.message) : [];
    if (!repository || !found) {
      throw new InputError([
        `${error.message}. Nor has ${repository ?? 'a remote of this checkout'} a checkpoint of it: look at its task's branch`,
      ]);
    }
    if (more.length > 0) {
      const names = [found, ...more].map(({ pod, ref }) => `${pod} (${ref})`).join(', ');
      throw new InputError([`"${wanted}" is the task of several runs with a checkpoint: ${names}; give the pod`]);
    }
    const { pod, taskBranch, ref } = found;
    const fetchTo = async (branch: string) => {
      await git.fetchBranch(repository, ref, branch);
      return `from its last checkpoint (${ref}); its pod is gone`;
    };
    return { pod, taskBranch, fetchTo };
  }
}
