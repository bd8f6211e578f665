import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { CONFIG_FILES, SECRET_KEYS } from '../run/metadata.js';
import { InputError } from '../run/problems.js';
import type { Result } from '../run/result.js';
import { parseSettings, type RunSettings } from '../run/settings.js';
import { type Clone, clone } from './clone.js';
import { basicAuthorization, gitSecrets, readSecret } from './credential.js';
import { deliver } from './deliver.js';
import { RunFailure } from './failure.js';
import { Git } from './git.js';
import type { Log } from './log.js';
import type { Machine } from './machine.js';
import { readOpenCodeConfig, runOpenCode } from './opencode.js';
import { assignment, type Snapshot } from './task.js';
import { addWorktree, removeWorktree } from './worktree.js';

/** What is known of a run that ended somehow. */
export type Findings = {
  -readonly [K in keyof Omit<Result, 'outcome' | 'task' | 'branch' | 'durationSeconds'>]: Result[K];
};

/**
 * One task, from the clone to the commit that the remote shows. What was found out on the way is left in `findings`,
 * also when it throws.
 * @throws RunFailure with the outcome
 */
export async function run(
  input: RunInput,
  machine: Machine,
  log: Log,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  for (const directory of [machine.workspace, machine.home, machine.temporary])
    mkdirSync(directory, { recursive: true });
  const modelKey = readSecret(machine.modelCredential, SECRET_KEYS.modelKey);
  const secrets = [...gitSecrets(machine.gitCredential), ...(modelKey ? [modelKey] : [])];
  log.hide(...secrets, ...basicAuthorization(machine.gitCredential));
  const config = readOpenCodeConfig(machine);
  const { gitAuthor } = readSettings(machine);

  const git = new Git(machine, input.repository);
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
  try {
    const progress = await runOpenCode(machine, config, worktree, prompt, log, signal);
    findings.tokens = progress.tokens;
    findings.cost = progress.cost;
    if (progress.session) findings.session = progress.session;
    const delivered = await deliver(
      git,
      cloned,
      worktree,
      input,
      {
        title,
        summary: progress.lastText ?? '',
        redact: (text) => log.redact(text),
        agentCommits: await commitsOf(git, worktree, cloned.start),
        author: gitAuthor,
        secrets,
        ...(feature !== undefined && { feature }),
      },
      (step, text) => log.say(step, text),
    );
    findings.commit = delivered.commit;
    findings.filesChanged = delivered.filesChanged;
    findings.message = `the remote shows the commit on ${input.taskBranch}`;
  } finally {
    removeWorktree(worktree, (text) => log.say('worktree', text));
  }
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

/** Subjects of what the agent committed itself, oldest first; its repository may say anything, so they are only told. */
async function commitsOf(git: Git, worktree: string, start: string): Promise<string[]> {
  const { code, stdout } = await git.try(worktree, ['log', '--reverse', '--format=%s', `${start}..HEAD`]);
  return code === 0
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, 50)
    : [];
}
