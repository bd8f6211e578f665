import type { Pod } from '../../../cluster/pod.js';
import type { Runs } from '../../../cluster/runs.js';
import { runNames, taskBranch } from '../../../run/names.js';
import { InputError } from '../../../run/problems.js';
import { parseRepository } from '../../../run/repository.js';
import { attemptName, type PlannedRun, planRun, type RunRequest } from '../../../run/request.js';
import type { RunSettings } from '../../../run/settings.js';
import { byId } from '../../../tasks/by-id.js';
import type { Plan } from '../../../tasks/plan.js';
import type { AssignedTask } from '../../../tasks/waves.js';
import { type Merged, type TaskBranch, taskBranchesOf } from '../../git/integration.js';
import type { UserGit } from '../../git/user-git.js';

/** The feature that the tasks belong to. */
export interface AskedFeature extends Omit<RunRequest, 'task' | 'base' | 'repo'> {
  readonly repository: string;
  readonly branch: string;
}

/** The runs that a plan asks for. */
export class Asked {
  /** Open ASYNC tasks, in the order of their waves. */
  readonly tasks: readonly AssignedTask[];
  /** Notes about input that was understood differently from how it was written. */
  readonly notes: readonly string[];

  /** @throws InputError when the settings do not allow a run */
  constructor(
    private readonly plan: Plan,
    private readonly settings: RunSettings,
    private readonly feature: AskedFeature,
  ) {
    const known = byId(plan.tasks);
    this.tasks = plan.waves.flatMap(({ tasks }) => tasks.flatMap((id) => known.get(id) ?? []));
    const own = this.tasks.filter(({ id }) => this.branchOf(id) === feature.branch).map(({ id }) => id);
    if (own.length > 0) throw new InputError(own.map((id) => namesFeature(id, feature.branch)));
    const [first] = this.tasks;
    this.notes = first ? this.planned(first).notes : [];
  }

  /** @param base commit or branch that the run starts from. Default: the feature's branch */
  planned({ id }: AssignedTask, base?: string): PlannedRun {
    const { repository, ...feature } = this.feature;
    return planRun(this.settings, { ...feature, repo: repository, task: id, base });
  }

  /** Matches the names of the task's runs. */
  runsOf(task: AssignedTask): RegExp {
    return runNames(task.id, this.planned(task).runId);
  }

  /** Each task with the branch that its run pushes. */
  branches(): { task: string; branch: string }[] {
    return this.tasks.map(({ id }) => ({ task: id, branch: this.branchOf(id) }));
  }

  /** Every branch that may hold work for the feature, in the order of the list. Ticked tasks are included. */
  taskBranches(runs: Runs, pods: readonly Pod[]): TaskBranch[] {
    const { branch, repository, contextPath } = this.feature;
    const ids = this.plan.tasks.map(({ id }) => id);
    const { identity } = parseRepository(repository);
    const branches = taskBranchesOf({ branch, contextPath, ids, identity, pattern: this.settings.branchPattern });
    return branches.map((one) => {
      const { state } = runs.standing(pods, one.runId ?? '');
      const delivered = state?.phase === 'ended' && state.outcome === 'delivered' && state.result?.commit;
      return delivered ? { ...one, delivered } : one;
    });
  }

  /**
   * Tasks that need no run: their branch is merged, or the merge has the commit that their run reports as delivered.
   * @param merged undefined after a merge conflict: then no task is run anyway, and a run's own report counts
   */
  async deliveredBefore(git: UserGit, runs: Runs, pods: readonly Pod[], merged?: Merged): Promise<Set<string>> {
    const delivered = new Set<string>();
    for (const task of this.tasks) {
      const planned = this.planned(task);
      const { state, last } = runs.standing(pods, planned.runId);
      const ended = state?.phase === 'ended' && state.outcome === 'delivered' ? state : undefined;
      const isThere = async ({ commit }: Merged) =>
        (await git.isAncestor(ended?.result?.commit ?? '', commit)) ||
        (await isNamed(git, attemptName(planned, last), commit));
      const isMerged = merged?.merged.some(({ name }) => name === this.branchOf(task.id));
      if (isMerged || (ended && (!merged || (await isThere(merged))))) delivered.add(task.id);
    }
    return delivered;
  }

  private branchOf(id: string): string {
    const { branch, contextPath } = this.feature;
    return taskBranch(branch, id, contextPath, this.settings.branchPattern);
  }
}

const namesFeature = (id: string, branch: string): string =>
  `branch ${branch} names ${id}, so its run would push to the feature's own branch: rename the branch, ` +
  'or run that task with spawn-task';

/** Whether a commit of the history names the run. This also works if the run's branch was squashed. */
const isNamed = async (git: UserGit, pod: string, commit: string): Promise<boolean> =>
  Boolean(await git.try(['log', '-1', '--format=%H', '--fixed-strings', `--grep=Agent-Run: ${pod}`], commit));
