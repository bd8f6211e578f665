import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { CONFIG_FILES, SECRET_KEYS } from '../run/metadata.js';
import { attemptOf, shortCommit } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { firstNames, type Result } from '../run/result.js';
import { parseSettings, type RunSettings } from '../run/settings.js';
import { dropBallast, takeBallast } from './ballast.js';
import { check } from './check.js';
import { Checkpoints } from './checkpoints.js';
import { type Clone, clone } from './clone.js';
import type { Job, Made } from './commit.js';
import { basicAuthorization, gitSecrets, readSecret } from './credential.js';
import { deliver } from './deliver.js';
import { noProgress } from './events.js';
import { asFailure, RunFailure } from './failure.js';
import { Git } from './git.js';
import type { Log } from './log.js';
import type { Machine } from './machine.js';
import type { Work } from './message.js';
import { readOpenCodeConfig, runOpenCode } from './opencode.js';
import { allowanceOf } from './protected-paths.js';
import { deleteRef } from './push.js';
import { salvage } from './salvage.js';
import { checkSandbox } from './sandbox.js';
import { trailer } from './start.js';
import type { Stop } from './stop.js';
import { assignment, type Snapshot } from './task.js';
import { addWorktree, removeWorktree } from './worktree.js';

/** Share of the time that is left for saving work which the remote gets. */
const PUSHING = 0.8;

/** What removing a worktree may take, in milliseconds. */
const REMOVING = 60_000;

/** What is known of a run that ended somehow. */
export type Findings = {
  -readonly [K in keyof Omit<Result, 'outcome' | 'task' | 'branch' | 'durationSeconds'>]: Result[K];
};

/**
 * One task, from the clone to the commit that the remote shows. What was found out on the way is left in `findings`,
 * also when it throws.
 * @param stop ends the run before its own end
 * @throws RunFailure with the outcome
 */
export async function run(input: RunInput, machine: Machine, log: Log, findings: Findings, stop: Stop): Promise<void> {
  for (const directory of [machine.workspace, machine.home, machine.temporary])
    mkdirSync(directory, { recursive: true });
  log.hide(() => credentialValues(machine));
  const config = readOpenCodeConfig(machine);
  const settings = readSettings(machine);
  stop.beforeDeadline(settings);

  if (settings.sandboxTest) await checkSandbox(process.env);
  const git = new Git(machine, input.repository, { signal: stop.signal });
  if (input.check) {
    throw new RunFailure('no-changes', await check(git, input, machine, (step, text) => log.say(step, text)));
  }
  const cloned = await clone(git, input, machine, (text) => log.say('clone', text));
  findings.baseCommit = cloned.base;
  if (cloned.delivered && !input.again) {
    const kept = await keptCheckpoint(git, cloned, cloned.delivered);
    findings.commit = cloned.delivered;
    findings.message = `delivered before, as ${shortCommit(cloned.delivered)}; nothing was run (--again does)${kept}`;
    return;
  }
  const { title, prompt, done, feature, task } = await assignment(input, await snapshotOf(git, cloned, log));
  log.say('task', `${input.taskId} ${title}${feature ? ` (${feature})` : ''}`);

  if (done) log.say('task', 'it is ticked already in the task list; it is run all the same');

  const say = (step: string, text: string) => log.say(step, text);
  const inWorktree = (text: string) => say('worktree', text);
  const worktree = await addWorktree(git, cloned, input, feature, settings.allowRepositoryConfig, inWorktree);
  // What has been done is saved although the run is stopped; a part of the time is kept for the log.
  const saving = git.with({ signal: undefined, patience: () => stop.timeLeft() * PUSHING });
  const job: Job = { git: saving, clone: cloned, worktree, input, say };
  /** For the end: its share is fixed, so that it leaves the rest to what comes after it. */
  const withShare = (): Job => ({ ...job, git: saving.with({ patience: stop.share(PUSHING) }) });
  const progress = noProgress();
  const described = {
    title,
    redact: (text: string) => log.redact(text),
    author: settings.gitAuthor,
    secrets: () => log.secrets(),
    allowance: allowanceOf(settings.protectedPaths, task),
  };
  const workAs = (outcome: Work['outcome']): Work => ({ ...described, outcome, summary: progress.lastText ?? '' });
  const inProgress: Work = { ...described, outcome: 'checkpoint', summary: '' };
  let notInIt: readonly string[] = [];
  const onMade = ({ protectedPaths }: Made): void => {
    notInIt = protectedPaths;
    delete findings.protectedPaths;
    if (notInIt.length > 0) findings.protectedPaths = firstNames(notInIt);
  };
  const checkpoints = new Checkpoints(job, settings.checkpointSeconds, inProgress);
  try {
    takeBallast(machine.workspace);
    checkpoints.start();
    await runOpenCode(machine, config, worktree.directory, prompt, log, stop, settings, progress).finally(() =>
      checkpoints.end(),
    );
    dropBallast(machine.workspace);
    log.enters('commit');
    const delivered = await deliver(withShare(), workAs('delivered'), checkpoints, onMade);
    findings.commit = delivered.commit;
    findings.filesChanged = delivered.filesChanged;
    findings.message = `the remote shows the commit on ${input.taskBranch}${without(notInIt)}`;
  } catch (error) {
    const failure = asFailure(error);
    dropBallast(machine.workspace);
    log.enters('commit');
    if (failure.outcome !== 'no-changes') {
      findings.salvage = await salvage(withShare(), workAs(failure.outcome), checkpoints, stop, log, onMade);
    }
    throw error;
  } finally {
    findings.tokens = progress.tokens;
    findings.cost = progress.cost;
    if (progress.session) findings.session = progress.session;
    // It goes with the pod; the result does not wait for it where there is little time.
    if (stop.timeLeft() > REMOVING) removeWorktree(worktree.directory, inWorktree);
  }
}

function without({ length }: readonly string[]): string {
  if (length === 0) return '';
  return length === 1 ? '; 1 protected path is not in it' : `; ${length} protected paths are not in it`;
}

/** Deletes the checkpoint of the attempt that delivered, or of one before it; a later one's is work that nobody has yet. */
async function keptCheckpoint(git: Git, { checkpoint, directory }: Clone, delivered: string): Promise<string> {
  if (!checkpoint) return '';
  const attempt = async (commit: string) => Number(attemptOf(await trailer(git, directory, commit, 'Agent-Run')));
  const standsOnIt =
    (await git.try(directory, ['merge-base', '--is-ancestor', delivered, checkpoint.commit])).code === 0;
  if (standsOnIt || (await attempt(checkpoint.commit)) > (await attempt(delivered))) {
    return `; the work in progress of a later attempt stays on ${checkpoint.ref}: --again goes on with it`;
  }
  await deleteRef(git, directory, checkpoint.ref, [checkpoint.commit]);
  return '';
}

/** As they are now: they may be renewed while the run lives. */
function credentialValues({ gitCredential, modelCredential }: Machine): string[] {
  const modelKey = readSecret(modelCredential, SECRET_KEYS.modelKey);
  return [...gitSecrets(gitCredential), ...basicAuthorization(gitCredential), modelKey].filter((value) => value !== '');
}

function readSettings(machine: Machine): RunSettings {
  const path = join(machine.config, CONFIG_FILES.settings);
  try {
    return parseSettings(readFileSync(path, 'utf8'), path);
  } catch (error) {
    throw new RunFailure('bad-config', error instanceof InputError ? error.message : `${path} cannot be read`);
  }
}

/** The commit that the feature's documents are read from; a file's contents may have to be fetched. */
async function snapshotOf(git: Git, { directory, documents }: Clone, log: Log): Promise<Snapshot> {
  const list = await git.run(directory, ['ls-tree', '-r', '-z', '--name-only', documents]);
  const say = (text: string) => log.say('task', text);
  const read = (path: string) =>
    git.remote(directory, ['cat-file', 'blob', `${documents}:${path}`], 'clone-failed', say);
  return { paths: list.split('\0'), read };
}
