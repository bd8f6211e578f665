import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { CONFIG_FILES, SECRET_KEYS } from '../run/metadata.js';
import { attemptOf, shortCommit } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { firstNames, type ModelUsage, type OtherWork, type Result } from '../run/result.js';
import { parseSettings, type RunSettings } from '../run/settings.js';
import type { Made } from './commit/commit.js';
import type { Work } from './commit/message.js';
import { GitDoor } from './doors/git-door.js';
import { ModelDoor } from './doors/model-door.js';
import { sumOf } from './doors/model-tokens.js';
import { basicAuthorization, gitSecrets, readSecret } from './git/credential.js';
import { Git } from './git/git.js';
import { endAgent } from './opencode/agent-side.js';
import type { Address } from './opencode/connection.js';
import { launchOpenCode, readOpenCodeConfig } from './opencode/launch.js';
import { runOpenCode } from './opencode/opencode.js';
import { Transcript } from './opencode/transcript.js';
import { allowanceOf } from './paths/protected-paths.js';
import { dropBallast, takeBallast } from './process/ballast.js';
import { asFailure, RunFailure } from './process/failure.js';
import type { Log } from './process/log.js';
import type { Machine } from './process/machine.js';
import { checkSandbox } from './process/sandbox.js';
import type { Stop } from './process/stop.js';
import { whereOthersAre } from './save/aside.js';
import { Checkpoints } from './save/checkpoints.js';
import { deliver } from './save/deliver.js';
import { deleteRef } from './save/push.js';
import { salvage } from './save/salvage.js';
import { handOver, makeAgentRepository } from './start/agent-repository.js';
import { check } from './start/check.js';
import { type Clone, clone } from './start/clone.js';
import type { Job } from './start/job.js';
import { snapshotOf } from './start/snapshot.js';
import { trailer } from './start/start.js';
import { assignment } from './start/task.js';
import { addWorktree, removeWorktree } from './start/worktree.js';

/** When time is short, this share of it is for the remote. The rest is for the log. */
const PUSHING = 0.8;

/** The most places of work outside the task's branch that a result lists. */
const OTHERS = 5;

/** The most models that a result lists. */
const MODELS = 5;

/** With less time than this, in milliseconds, the worktree stays and disappears with the pod. */
const REMOVING = 60_000;

/** What the program has found out about a run, however it ended. */
export type Findings = {
  -readonly [K in keyof Omit<Result, 'outcome' | 'task' | 'branch' | 'durationSeconds'>]: Result[K];
} & { branch?: string };

/**
 * Runs one task, from the clone to the commit that the remote shows. Fills `findings` on the way, even if it throws.
 * @param stop can end the run early
 * @throws RunFailure with the outcome
 */
export async function run(input: RunInput, machine: Machine, log: Log, findings: Findings, stop: Stop): Promise<void> {
  const { environment, runnerHome, control, workspace } = machine;
  for (const directory of [workspace, control, runnerHome, environment.TMPDIR ?? ''])
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
  // The doors open before any program of the agent runs, which could take their ports.
  const doors = await openDoors(input, machine, settings, log, stop);
  try {
    const model = { url: doors.model.url, key: doors.model.key, names: settings.model.names };
    // OpenCode starts while the repository is cloned.
    const address = await launchOpenCode(machine, config, model, settings);
    await doTask({ input, machine, log, findings, stop, settings, git, doors, address });
  } finally {
    await endAgent(machine);
    await doors.close();
  }
}

interface Setting {
  readonly input: RunInput;
  readonly machine: Machine;
  readonly log: Log;
  readonly findings: Findings;
  readonly stop: Stop;
  readonly settings: RunSettings;
  readonly git: Git;
  readonly doors: Awaited<ReturnType<typeof openDoors>>;
  readonly address: Address;
}

async function doTask(setting: Setting): Promise<void> {
  const { input, machine, log, findings, stop, settings, git, doors, address } = setting;
  const cloned = await clone(git, input, machine, (text) => log.say('clone', text));
  findings.baseCommit = cloned.base;
  findings.branch = cloned.branch;
  if (cloned.delivered && !input.again) {
    const kept = await keptCheckpoint(git, cloned, cloned.delivered);
    findings.commit = cloned.delivered;
    findings.message = `delivered before, as ${shortCommit(cloned.delivered)}; nothing was run (--again does)${kept}`;
    return;
  }
  const inTask = (text: string) => log.say('task', text);
  const documents = await snapshotOf(git, cloned.store, cloned.documents, inTask);
  // If OpenCode loads the repository's configuration, it reads the rules itself.
  const rules = settings.allowRepositoryConfig ? undefined : await snapshotOf(git, cloned.store, cloned.base, inTask);
  const { title, prompt, done, feature, task, notes } = await assignment(
    input,
    documents,
    settings.contextCharacters,
    rules,
  );
  log.say('task', `${input.taskId} ${title}${feature ? ` (${feature})` : ''}`);

  for (const note of notes) inTask(note);
  if (done) log.say('task', 'it is ticked already in the task list; the run continues all the same');

  const say = (step: string, text: string) => log.say(step, text);
  const inWorktree = (text: string) => say('worktree', text);
  await makeAgentRepository(git, cloned, settings.gitAuthor);
  const worktree = await addWorktree(git, cloned, input, feature, settings.allowRepositoryConfig, inWorktree);
  // A stop does not end the saving of work. A part of the time is kept for the log.
  const saving = git.with({ signal: undefined, patience: () => stop.timeLeft() * PUSHING });
  const transcript = new Transcript(worktree.directory);
  const job: Job = { git: saving, clone: cloned, worktree, input, say, written: () => transcript.written };
  /** For the final commit: its share is measured once, so that the rest stays for the following steps. */
  const withShare = (): Job => ({ ...job, git: saving.with({ patience: stop.share(PUSHING) }) });
  const described = {
    title,
    redact: (text: string) => log.redact(text),
    author: settings.gitAuthor,
    secrets: () => log.secrets(),
    allowance: allowanceOf(settings.protectedPaths, task),
  };
  const workAs = (outcome: Work['outcome']): Work => ({ ...described, outcome, summary: transcript.lastText ?? '' });
  const inProgress: Work = { ...described, outcome: 'checkpoint', summary: '' };
  let notInIt: readonly string[] = [];
  const onMade = ({ protectedPaths }: Made): void => {
    notInIt = protectedPaths;
    delete findings.protectedPaths;
    if (notInIt.length > 0) findings.protectedPaths = firstNames(notInIt);
  };
  const tell = (others: readonly OtherWork[]): string => {
    if (others.length > 0) findings.others = others.slice(0, OTHERS);
    return whereOthersAre(others);
  };
  const checkpoints = new Checkpoints(job, settings.checkpointSeconds, inProgress);
  await handOver(git, cloned, doors.git.url);
  try {
    takeBallast(machine.control);
    checkpoints.start();
    const opencode = { title, prompt, worktree: worktree.directory };
    const problem = () => doors.model.lastProblem();
    const watched = { log, stop, settings, transcript, modelProblem: problem };
    await runOpenCode(machine, address, opencode, watched).finally(() => checkpoints.end());
    dropBallast(machine.control, ['commit']);
    log.enters('commit');
    const delivered = await deliver(withShare(), workAs('delivered'), checkpoints, log, onMade);
    findings.branch = delivered.branch;
    findings.commit = delivered.commit;
    findings.filesChanged = delivered.filesChanged;
    const others = tell(delivered.others);
    const beside = `${without(notInIt)}${others && `; ${others}`}`;
    findings.message = `the remote shows the commit on ${delivered.branch}${beside}`;
  } catch (error) {
    const failure = asFailure(error);
    dropBallast(machine.control);
    log.enters('commit');
    if (failure.outcome !== 'no-changes') {
      const saved = await salvage(withShare(), workAs(failure.outcome), checkpoints, stop, log, onMade);
      findings.salvage = saved.salvage;
      tell(saved.others);
    }
    throw error;
  } finally {
    Object.assign(findings, usageOf(doors.model.usage(), transcript));
    if (transcript.session) findings.session = transcript.session;
    if (stop.timeLeft() > REMOVING) await removeWorktree(worktree.directory, inWorktree);
  }
}

/** Opens the doors through which the agent's side reaches the outside without a credential. */
async function openDoors(input: RunInput, machine: Machine, settings: RunSettings, log: Log, stop: Stop) {
  const { gitCredential: credential, modelCredential, runnerHome: home } = machine;
  const git = await GitDoor.open({
    repository: input.repository,
    credential,
    home,
    say: (text) => log.say('git', text),
  });
  // A program of the agent may repeat the same request many times, so each problem is reported once.
  let said = '';
  const model = await ModelDoor.open({
    settings: settings.model,
    budget: settings.budget,
    key: () => readSecret(modelCredential, SECRET_KEYS.modelKey),
    onRequest: ({ problem }) => {
      if (problem !== '' && problem !== said) log.say('model', problem);
      said = problem;
    },
    onOverBudget: (words) => stop.because(new RunFailure('over-budget', words)),
    onHopeless: (words) => stop.because(new RunFailure('agent-failed', `the model does not answer: ${words}`)),
    timeLeft: () => stop.timeLeft(),
  });
  return { git, model, close: async () => void (await Promise.all([git.close(), model.close()])) };
}

/**
 * The usage of the run: the API's token counts with the environment's prices, or OpenCode's numbers where these are
 * missing.
 */
function usageOf(
  models: readonly ModelUsage[],
  { tokens, cost }: Transcript,
): Pick<Findings, 'tokens' | 'cost' | 'models'> {
  const used = models.reduce((sum, one) => sum + sumOf(one), 0);
  const isPriced = models.length > 0 && models.every((one) => one.cost !== undefined);
  const paid = models.reduce((sum, one) => sum + (one.cost ?? 0), 0);
  return {
    tokens: used || tokens,
    cost: isPriced ? paid : cost,
    ...(models.length > 0 && { models: models.slice(0, MODELS) }),
  };
}

function without({ length }: readonly string[]): string {
  if (length === 0) return '';
  return length === 1 ? '; 1 protected path is not in it' : `; ${length} protected paths are not in it`;
}

/**
 * Deletes the checkpoint of the attempt that delivered, or of an earlier one. A later attempt's checkpoint is the only
 * copy of its work, so it stays.
 */
async function keptCheckpoint(git: Git, { checkpoint, store: directory }: Clone, delivered: string): Promise<string> {
  if (!checkpoint) return '';
  const attempt = async (commit: string) => attemptOf(await trailer(git, directory, commit, 'Agent-Run'));
  const standsOnIt = await git.isAncestor(directory, delivered, checkpoint.commit);
  if (standsOnIt || (await attempt(checkpoint.commit)) > (await attempt(delivered))) {
    return `; the work in progress of a later attempt stays on ${checkpoint.ref}: --again continues with it`;
  }
  await deleteRef(git, directory, checkpoint.ref, [checkpoint.commit]);
  return '';
}

/** Reads the present values: they may be renewed during the run. */
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
