import { resolve } from 'node:path';
import type { Pod } from '../../cluster/pod.js';
import { newestFirst, type Runs } from '../../cluster/runs.js';
import { checkBranch } from '../../run/branch.js';
import { attemptOf, withoutAttempt } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import { repositoryOf } from '../checkout/upstream.js';
import { UserGit } from '../git/user-git.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { choosePod, NoSuchRun, oneRun } from '../runs/choose-pod.js';
import { withRuns } from '../runs/cluster.js';
import { FEATURE_OPTION } from '../runs/feature.js';
import type { Place } from '../runs/own-feature.js';
import { EXIT } from '../terminal/terminal.js';
import { fetchOthers, fetchWork, isBranch, NoWork, ownBranch } from './recover/pod-work.js';
import { remoteCheckpoints } from './recover/remote-checkpoints.js';

/** `agent-runner recover`. */
export const recover = command({
  name: 'recover',
  summary: 'create a branch with the work of a run that did not deliver',
  about: 'Creates a branch with the work of a run that did not deliver, in your own checkout.',
  args: '<pod|[feature/]task>',
  examples: ['agent-runner recover T003', 'agent-runner recover T003 --checkout ../shop --branch rescue'],
  options: {
    checkout: {
      type: 'string',
      placeholder: 'DIR',
      default: '.',
      description: "a checkout of the run's repository",
    },
    branch: {
      type: 'string',
      placeholder: 'NAME',
      description: 'name of the new branch; default: recovered/<task branch>-<attempt>',
    },
    ...FEATURE_OPTION,
    ...CLUSTER_OPTIONS,
  },
  notes: [
    "The work comes from the branch on which the run saved it, or from the run's log, or from its checkpoint ref. " +
      'The last works even if the pod is gone. recover changes no branch of yours, and refuses a name that is taken.',
  ],
  exits: ['0 the branch exists', '2 wrong input, or no work is left', '3 the cluster refused or did not answer'],
  run({ flags, positionals }, terminal) {
    const wanted = oneRun('agent-runner recover', positionals);
    const directory = resolve(terminal.cwd, flags.checkout);
    const git = new UserGit(directory);
    if (!git.top) {
      throw new InputError([
        `${directory} is not in a Git repository; give a checkout of the run's repository with --checkout`,
      ]);
    }
    return withRuns(clusterFlags(flags), terminal, async (runs) => {
      const work = await workOf(wanted, await runs.all(), runs, git, {
        cwd: directory,
        env: terminal.env,
        feature: flags.feature,
      });
      const name = flags.branch ?? `recovered/${work.taskBranch}-${attemptOf(work.pod)}`;
      const branch = checkBranch(name, '--branch');
      if (await isBranch(git, branch)) {
        throw new InputError([`branch ${branch} already exists; give another name with --branch`]);
      }
      const others = await work.fetchOthers();
      for (const line of others) terminal.out(line);
      try {
        terminal.out(`branch ${branch} has the work of ${work.pod}, ${await work.fetchTo(branch)}`);
      } catch (error) {
        if (others.length === 0 || !(error instanceof NoWork)) throw error;
        terminal.out(error.message);
      }
      return EXIT.ok;
    });
  },
});

/** The work of a run. */
interface Work {
  readonly pod: string;
  readonly taskBranch: string;
  /** Fetches it into a new branch. Returns where it was. */
  fetchTo(branch: string): Promise<string>;
  /** Fetches work that the agent had put elsewhere. Returns where it was. */
  fetchOthers(): Promise<string[]>;
}

async function checkpointsAt(git: UserGit, repository: string, wanted: string, why: string) {
  try {
    return await remoteCheckpoints(git, repository, wanted);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([`${why}. Asking ${repository} for a checkpoint of it failed: ${error.message}`]);
  }
}

/** The work that the run's pod knows of. If the pod is gone: what the run left on the remote. */
async function workOf(wanted: string, pods: readonly Pod[], runs: Runs, git: UserGit, place: Place): Promise<Work> {
  try {
    const pod = await choosePod(wanted, pods, runs, place);
    const fetchTo = (branch: string) => fetchWork(pod, runs, git, branch);
    const others = () => fetchOthers(pod, runs, git);
    return { pod: pod.metadata.name, taskBranch: ownBranch(pod), fetchTo, fetchOthers: others };
  } catch (error) {
    if (!(error instanceof NoSuchRun)) throw error;
    const [other] = newestFirst(
      pods.filter(({ metadata }) => withoutAttempt(metadata.name) === withoutAttempt(wanted)),
    );
    if (other) {
      throw new InputError([`${wanted} is gone, but its run has another attempt: recover ${other.metadata.name}`]);
    }
    const repository = await repositoryOf(git);
    const all = repository ? await checkpointsAt(git, repository, wanted, error.message) : [];
    // The task's own branch has the shortest name.
    const [found, ...more] = all.sort((one, other) => one.taskBranch.length - other.taskBranch.length);
    if (!repository || !found) {
      throw new InputError([
        `${error.message}. There is no checkpoint of it at ${repository ?? 'a remote of this checkout'} either: ` +
          `check its task's branch`,
      ]);
    }
    if (more.some(({ pod }) => pod !== found.pod)) {
      const names = [found, ...more].map(({ pod, ref }) => `${pod} (${ref})`).join(', ');
      throw new InputError([`"${wanted}" is the task of several runs with a checkpoint: ${names}; give the pod`]);
    }
    const { pod, taskBranch, ref } = found;
    const fetchTo = async (branch: string) => {
      await git.fetchBranch(repository, ref, branch);
      return `from its last checkpoint (${ref}); its pod is gone`;
    };
    const others = async () => {
      const said: string[] = [];
      for (const one of more) {
        const branch = `recovered/${one.taskBranch}`;
        if (await isBranch(git, branch)) said.push(`branch ${branch} already exists; ${one.ref} is not fetched again`);
        else {
          await git.fetchBranch(repository, one.ref, branch);
          said.push(`branch ${branch} has work that the agent had put elsewhere (${one.ref})`);
        }
      }
      return said;
    };
    return { pod, taskBranch, fetchTo, fetchOthers: others };
  }
}
