import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { CONFIG_FILES, SECRET_KEYS } from '../run/metadata.js';
import { InputError } from '../run/problems.js';
import type { Result } from '../run/result.js';
import { parseSettings, type RunSettings } from '../run/settings.js';
import { type Clone, clone } from './clone.js';
import { basicAuthorization, gitSecrets, readSecret } from './credential.js';
import { deliver, salvage } from './deliver.js';
import type { Progress } from './events.js';
import { asFailure, RunFailure } from './failure.js';
import { Git } from './git.js';
import type { Log } from './log.js';
import type { Machine } from './machine.js';
import type { Work } from './message.js';
import { readOpenCodeConfig, runOpenCode } from './opencode.js';
import type { Stop } from './stop.js';
import { assignment, type Snapshot } from './task.js';
import { addWorktree, removeWorktree } from './worktree.js';

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
  const modelKey = readSecret(machine.modelCredential, SECRET_KEYS.modelKey);
  const secrets = [...gitSecrets(machine.gitCredential), ...(modelKey ? [modelKey] : [])];
  log.hide(...secrets, ...basicAuthorization(machine.gitCredential));
  const config = readOpenCodeConfig(machine);
  const settings = readSettings(machine);
  stop.beforeDeadline(settings);

  const git = new Git(machine, input.repository, { signal: stop.signal });
  const cloned = await clone(git, input, machine, (text) => log.say('clone', text));
  findings.baseCommit = cloned.base;
  if (cloned.delivered && !input.again) {
    findings.commit = cloned.delivered;
    findings.message = `delivered before, as ${cloned.delivered.slice(0, 12)}; nothing was run`;
    return;
  }
  const { title, prompt, done, feature } = await assignment(input, await snapshotOf(git, cloned, log));
  log.say('task', `${input.taskId} ${title}${feature ? ` (${feature})` : ''}`);

  if (done) log.say('task', 'it is ticked already in the task list; it is run all the same');

  const worktree = await addWorktree(git, cloned, input, (text) => log.say('worktree', text));
  // What has been done is saved although the run is stopped.
  const saving = new Git(machine, input.repository, { patience: () => stop.timeLeft() });
  const say = (step: string, text: string) => log.say(step, text);
  const progress: Progress = { tokens: 0, cost: 0 };
  const workAs = async (outcome: Work['outcome']): Promise<Work> => ({
    outcome,
    title,
    summary: progress.lastText ?? '',
    redact: (text) => log.redact(text),
    agentCommits: await commitsOf(saving, worktree, cloned.start),
    author: settings.gitAuthor,
    secrets,
    ...(feature !== undefined && { feature }),
  });
  try {
    await runOpenCode(machine, config, worktree, prompt, log, stop, settings.stallSeconds, progress);
    const delivered = await deliver(saving, cloned, worktree, input, await workAs('delivered'), say);
    findings.commit = delivered.commit;
    findings.filesChanged = delivered.filesChanged;
    findings.message = `the remote shows the commit on ${input.taskBranch}`;
  } catch (error) {
    const failure = asFailure(error);
    if (SALVAGED.has(failure.outcome)) {
      findings.salvage = await salvage(saving, cloned, worktree, input, await workAs(failure.outcome), say);
    }
    throw error;
  } finally {
    findings.tokens = progress.tokens;
    findings.cost = progress.cost;
    if (progress.session) findings.session = progress.session;
    removeWorktree(worktree, (text) => log.say('worktree', text));
  }
}

/** Runs that may have done something worth keeping, and whose credential is good. */
const SALVAGED: ReadonlySet<string> = new Set([
  'agent-failed',
  'stalled',
  'timed-out',
  'cancelled',
  'interrupted',
  'push-rejected',
]);

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

/** Subjects of what the agent committed itself, oldest first; its repository may say anything, so they are only told. */
async function commitsOf(git: Git, worktree: string, start: string): Promise<string[]> {
  const log = ['log', '--reverse', '--format=%s', `${start}..HEAD`];
  const { code, stdout } = await git.try(worktree, log).catch(() => ({ code: 1, stdout: '' }));
  return code === 0
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, 50)
    : [];
}
