import type { Api } from '../../cluster/api.js';
import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';
import { BRANCH_PATTERN, shortCommit } from '../../run/names.js';
import { toJson } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import type { RunSettings } from '../../run/settings.js';
import type { AssignedTask } from '../../tasks/waves.js';
import { commandLine } from '../command-line.js';
import { checkGit } from '../git-ready.js';
import { integrate, integrationBranch, MergeConflict, type Merged } from '../integration.js';
import { warningLines } from '../plan-text.js';
import { EXIT, type Terminal } from '../terminal.js';
import type { UserGit } from '../user-git.js';
import { Board } from './board.js';
import { checkPushed } from './checkout.js';
import { checkCluster } from './checks.js';
import { askedOf, type Job } from './job.js';
import { leaving } from './leaving.js';
import { rewritten } from './rewritten.js';
import { exitCode, type Summary, sayAll, summaryJson } from './summary.js';
import { type RunEnd, runTask } from './task-run.js';
import { type Halt, integrated, runWaves } from './waves.js';

/** Checks, runs the waves, and says what came of them. Returns the exit code. */
export async function run(job: Job, api: Api, runs: Runs, settings: RunSettings, terminal: Terminal): Promise<number> {
  const { git, upstream, feature } = job;
  const asked = askedOf(job, settings);
  const { screen: _, ...plain } = terminal;
  const talk: Terminal = job.json ? { ...plain, out: terminal.err } : terminal;
  const about = { feature, branch: upstream.branch, namespace: runs.namespace, tasks: asked.branches() };
  const [first] = asked.tasks;
  for (const line of warningLines(job.shownPath, job.plan.warnings)) talk.err(line);
  if (!first) {
    talk.out(`${job.shownPath} has no open [ASYNC] task: nothing to do`);
    const nothing = { ...about, before: new Set<string>(), ends: new Map<string, RunEnd>(), halt: undefined };
    if (job.json) terminal.out(toJson(summaryJson(nothing)));
    return EXIT.ok;
  }
  await checkGit(git);
  const [notes, more, createdBy, { renderRun }] = await Promise.all([
    checkPushed(git, upstream, job.list, job.plan.tasks, asked.tasks),
    checkCluster(api, runs.namespace, asked.planned(first), Math.min(job.parallel, asked.tasks.length)),
    runs.whoAmI(),
    import('../../charts/run-chart.js'),
  ]);
  const board = new Board(asked.branches(), talk);
  for (const note of [...asked.notes, ...notes, ...more]) board.say(`agent-runner implement: ${note}`);

  const ends = new Map<string, RunEnd>();
  const alive = new Map<string, string>();
  const again = commandLine(...job.again, ...runs.flags);
  const left = new AbortController();
  const leave = leaving({
    terminal: talk,
    again,
    alive: () => [...alive.values()],
    close: () => {
      left.abort();
      board.close();
    },
    cancel: async (pod) => runs.cancel(await runs.get(pod), createdBy ?? 'somebody', false),
    exit: (code) => process.exit(code),
  });
  process.on('SIGINT', leave);
  let pods: readonly Pod[] = [];
  const combine = async () => {
    pods = await runs.all();
    const done = await integrate(git, { ...upstream, taskBranches: asked.taskBranches() });
    await checkIncluded(git, done, ends, upstream.branch);
    return done;
  };
  const runner = { api, runs, git, repository: upstream.repository, createdBy, render: renderRun, left: left.signal };
  try {
    const merged = await integrated(combine);
    const conflict = merged instanceof MergeConflict ? merged : undefined;
    const whole = merged instanceof MergeConflict ? undefined : merged;
    const before = await asked.deliveredBefore(git, runs, pods, whole);
    for (const id of whole ? await rewritten(git, asked, before, whole.commit) : []) {
      board.say(
        `agent-runner implement: ${id} reads differently now than when it was delivered; ${doneAnew(job, id, runs)}`,
      );
    }
    const runOf = async (task: AssignedTask, base: string) => {
      const show = board.of(task.id);
      const spawned = (pod: string) => {
        alive.set(task.id, pod);
        show.spawned(pod);
      };
      const end = await runTask(runner, asked.planned(task, base), pods, { ...show, spawned }).catch((error) => {
        // The runs beside it go on for a while: whoever looks on need not wait for them.
        show.note((error as Error).message);
        throw error;
      });
      alive.delete(task.id);
      show.ended(end.outcome, end.message);
      return end;
    };
    const waves = { ...job, delivered: before, integrate: combine, run: runOf };
    const halt: Halt | undefined = conflict
      ? { by: 'conflict', conflict }
      : await runWaves(waves, ends).catch((error: unknown) => ({ by: 'error', error }));
    board.close();
    const summary: Summary = { ...about, before, ends, halt };
    sayAll(summary, { again, merge: mergeLine(job, settings), flags: runs.flags }, talk);
    if (job.json) terminal.out(toJson(summaryJson(summary)));
    if (halt?.by === 'error') throw halt.error;
    return exitCode(summary);
  } finally {
    board.close();
    process.off('SIGINT', leave);
  }
}

/**
 * What has been confirmed is in what was put together, from where the next wave starts.
 * @throws InputError
 */
async function checkIncluded(git: UserGit, { commit }: Merged, ends: ReadonlyMap<string, RunEnd>, branch: string) {
  for (const [task, end] of ends) {
    const own = end.result?.commit;
    if (!end.confirmed || !own || (await git.isAncestor(own, commit))) continue;
    throw new InputError([
      `${task} delivered ${shortCommit(own)}, which is not in ${integrationBranch(branch)}: merge its branch by hand, and start again`,
    ]);
  }
}

/** What to do about a task that has become another one. */
function doneAnew({ upstream, contextPath, ofRuns }: Job, id: string, { flags }: Runs): string {
  const feature = [upstream.branch, upstream.repository, ...(contextPath === undefined ? [] : [contextPath])];
  return `to have it done anew: ${commandLine('spawn-task', id, ...feature, '--again', ...ofRuns, ...flags)}`;
}

/** The command that brings what was delivered into the feature. */
function mergeLine({ shownPath, ofFeature }: Job, { branchPattern }: RunSettings): string {
  const pattern = branchPattern === BRANCH_PATTERN ? [] : ['--branch-pattern', branchPattern];
  return commandLine('agent-runner', 'merge', shownPath, '--into-branch', ...ofFeature, ...pattern);
}
