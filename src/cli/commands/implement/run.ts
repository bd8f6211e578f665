import type { Api } from '../../../cluster/api.js';
import type { Pod } from '../../../cluster/pod.js';
import type { Runs } from '../../../cluster/runs.js';
import { BRANCH_PATTERN, shortCommit } from '../../../run/names.js';
import { toJson } from '../../../run/printable.js';
import { InputError } from '../../../run/problems.js';
import type { RunSettings } from '../../../run/settings.js';
import type { AssignedTask } from '../../../tasks/waves.js';
import { checkGit } from '../../git/git-ready.js';
import { integrate, integrationBranch, MergeConflict, type Merged, onTopLine } from '../../git/integration.js';
import type { UserGit } from '../../git/user-git.js';
import { commandLine } from '../../line/command-line.js';
import type { Terminal } from '../../terminal/terminal.js';
import { warningLines } from '../plan/plan-text.js';
import type { Asked } from './asked.js';
import { Board, type Shown } from './board.js';
import { checkPushed } from './checkout.js';
import { checkCluster } from './checks.js';
import { Events } from './events.js';
import { askedOf, type Job } from './job.js';
import { leaving } from './leaving.js';
import { rewritten } from './rewritten.js';
import { exitCode, type Summary, sayAll, summaryJson } from './summary.js';
import { type RunEnd, runTask, type TaskRunner } from './task-run.js';
import { type Halt, integrated, runWaves } from './waves.js';

/** Checks everything, runs the waves and prints a summary. Returns the exit code. */
export async function run(job: Job, api: Api, runs: Runs, settings: RunSettings, terminal: Terminal): Promise<number> {
  const asked = askedOf(job, settings);
  const { screen: _, ...plain } = terminal;
  const talk: Terminal = job.json || job.events ? { ...plain, out: terminal.err } : terminal;
  const events = job.events ? new Events(terminal, job.upstream.branch) : undefined;
  const about = {
    feature: job.feature,
    branch: job.upstream.branch,
    namespace: runs.namespace,
    tasks: asked.branches(),
  };
  for (const line of warningLines(job.shownPath, job.plan.warnings)) talk.err(line);
  const again = commandLine(...job.again, ...runs.flags);
  const conclude = (ending: Ending): number => {
    const summary: Summary = { ...about, ...ending };
    if (asked.tasks.length > 0) sayAll(summary, { again, merge: mergeLine(job, settings), flags: runs.flags }, talk);
    if (job.json) terminal.out(toJson(summaryJson(summary)));
    events?.over(summary, summary.halt?.by === 'error' ? undefined : exitCode(summary));
    if (summary.halt?.by === 'error') throw summary.halt.error;
    return exitCode(summary);
  };
  events?.tell({ event: 'began', ...about });
  const [first] = asked.tasks;
  if (!first) {
    talk.out(`${job.shownPath} has no open [ASYNC] task: nothing to do`);
    return conclude({ before: new Set(), ends: new Map(), halt: undefined });
  }
  const { notes, createdBy, renderRun } = await checked(job, api, runs, asked, first);
  const board = events ?? new Board(asked.branches(), talk);
  const say = (text: string) => board.say(`agent-runner implement: ${text}`);
  for (const note of notes) say(note);
  const waves = new Implementing(job, { api, runs }, asked, { createdBy, render: renderRun }, board, say);
  const leave = leaving({
    terminal: talk,
    again,
    alive: () => waves.alive(),
    close: () => {
      waves.leave();
      board.close();
    },
    cancel: async (pod) => runs.cancel(await runs.get(pod), createdBy ?? 'somebody', false),
    exit: (code) => process.exit(code),
  });
  process.on('SIGINT', leave);
  try {
    const ending = await waves.toTheEnd();
    board.close();
    return conclude(ending);
  } finally {
    board.close();
    process.off('SIGINT', leave);
  }
}

/** How the tasks ended. */
type Ending = Pick<Summary, 'before' | 'ends' | 'halt'>;

/**
 * Checks everything that could be wrong, before anything is created.
 * @throws InputError, ClusterError
 */
async function checked(job: Job, api: Api, runs: Runs, asked: Asked, first: AssignedTask) {
  const { git, upstream, list, plan, parallel } = job;
  await checkGit(git);
  const [pushed, ready, createdBy, { renderRun }] = await Promise.all([
    checkPushed(git, upstream, list, plan.tasks, asked.tasks),
    checkCluster(api, runs.namespace, asked.planned(first), Math.min(parallel, asked.tasks.length)),
    runs.whoAmI(),
    import('../../../charts/run-chart.js'),
  ]);
  return { notes: [...asked.notes, ...pushed, ...ready], createdBy, renderRun };
}

/** A feature while pods do its tasks. */
class Implementing {
  private readonly ends = new Map<string, RunEnd>();
  /** The pod of each task that has one now. */
  private readonly living = new Map<string, string>();
  private readonly left = new AbortController();
  /** Commits on top of delivered work that were reported already. */
  private readonly told = new Set<string>();
  /** The pods of the namespace at the time of the last merge. */
  private pods: readonly Pod[] = [];

  constructor(
    private readonly job: Job,
    private readonly cluster: { readonly api: Api; readonly runs: Runs },
    private readonly asked: Asked,
    private readonly pod: { readonly createdBy: string | undefined; readonly render: TaskRunner['render'] },
    private readonly board: Shown,
    private readonly say: (text: string) => void,
  ) {}

  alive(): string[] {
    return [...this.living.values()];
  }

  /** The user detaches: from now on no pod is created. */
  leave(): void {
    this.left.abort();
  }

  async toTheEnd(): Promise<Ending> {
    const { job, asked, ends } = this;
    const { runs } = this.cluster;
    const merged = await integrated(() => this.combine());
    const conflict = merged instanceof MergeConflict ? merged : undefined;
    const whole = merged instanceof MergeConflict ? undefined : merged;
    const before = await asked.deliveredBefore(job.git, runs, this.pods, whole);
    for (const id of whole ? await rewritten(job.git, asked, before, whole.commit) : []) {
      this.say(`${id} has changed since it was delivered; ${doneAnew(job, id, runs)}`);
    }
    const integrate = () => this.combine();
    const one = (task: AssignedTask, base: string) => this.runTask(task, base);
    const begins = (tasks: readonly AssignedTask[], base: string) =>
      this.board.wave(
        tasks.map(({ id }) => id),
        base,
      );
    const halt: Halt | undefined = conflict
      ? { by: 'conflict', conflict }
      : await runWaves({ ...job, delivered: before, integrate, begins, run: one }, ends).catch((error: unknown) => ({
          by: 'error',
          error,
        }));
    return { before, ends, halt };
  }

  /** Merges what was delivered so far. */
  private async combine(): Promise<Merged> {
    const { git, upstream, trusted } = this.job;
    const { runs } = this.cluster;
    this.pods = await runs.all();
    const taskBranches = this.asked.taskBranches(runs, this.pods);
    const done = await integrate(git, { ...upstream, taskBranches, trusted });
    for (const one of done.onTop.filter(({ commit }) => !this.told.has(commit))) {
      this.told.add(one.commit);
      this.say(onTopLine(one));
    }
    await checkIncluded(git, done, this.ends, upstream.branch);
    this.board.merged(done);
    return done;
  }

  private async runTask(task: AssignedTask, base: string): Promise<RunEnd> {
    const { job } = this;
    const { api, runs } = this.cluster;
    const { createdBy, render } = this.pod;
    const { git, upstream } = job;
    const show = this.board.of(task.id);
    const spawned = (pod: string) => {
      this.living.set(task.id, pod);
      show.spawned(pod);
    };
    const runner = { api, runs, git, repository: upstream.repository, createdBy, render, left: this.left.signal };
    try {
      const end = await runTask(runner, this.asked.planned(task, base), this.pods, { ...show, spawned });
      this.living.delete(task.id);
      show.ended(end);
      return end;
    } catch (error) {
      // The other runs go on for a while. The user sees the error now, and need not wait for them.
      show.note((error as Error).message);
      throw error;
    }
  }
}

/**
 * Checks that every confirmed commit is in the merge from which the next wave starts.
 * @throws InputError
 */
async function checkIncluded(git: UserGit, { commit }: Merged, ends: ReadonlyMap<string, RunEnd>, branch: string) {
  for (const [task, end] of ends) {
    const own = end.result?.commit;
    if (!end.confirmed || !own || (await git.isAncestor(own, commit))) continue;
    throw new InputError([
      `${task} delivered ${shortCommit(own)}, which is not in ${integrationBranch(branch)}: merge its ` +
        'branch by hand, and start again',
    ]);
  }
}

/** The command that runs a changed task again. */
function doneAnew({ upstream, contextPath, ofRuns }: Job, id: string, { flags }: Runs): string {
  const feature = [upstream.branch, upstream.repository, ...(contextPath === undefined ? [] : [contextPath])];
  return `to run it again: ${commandLine('spawn-task', id, ...feature, '--again', ...ofRuns, ...flags)}`;
}

/** The command that brings delivered work into the feature's branch. */
function mergeLine({ shownPath, ofFeature }: Job, { branchPattern }: RunSettings): string {
  const pattern = branchPattern === BRANCH_PATTERN ? [] : ['--branch-pattern', branchPattern];
  return commandLine('agent-runner', 'merge', shownPath, '--into-branch', '--tick', ...ofFeature, ...pattern);
}
