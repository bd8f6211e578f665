import { checkpointBranch, checkpointRef, shortCommit } from '../run/names.js';
import { commitWorktree, type Job } from './commit.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';
import type { Work } from './message.js';
import { deleteRef } from './push.js';
import { removeIfPossible } from './remove.js';
import { borrowObjects, freshRepository } from './repository.js';

interface Saved {
  readonly ref: string;
  readonly commit: string;
  readonly tree?: string;
  readonly at?: Date;
}

/**
 * Puts the work in progress of a living agent on a ref of its own every now and then: what cannot be caught (a kill, a lost
 * node) then costs no more than one interval. The agent is not disturbed: its index and HEAD are not touched.
 *
 * The repository lives as long as the agent does, which may write to it. That is why nothing is claimed from it.
 */
export class Checkpoints {
  private repository: string | undefined;
  private ref: string;
  private last: Saved | undefined;
  /** What is ours on the ref, if it is there: a push that was cut off may have arrived. */
  private readonly tried: string[];
  private complaint = '';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly ending = new AbortController();

  constructor(
    private readonly job: Job,
    private readonly seconds: number,
    private readonly work: Work,
  ) {
    this.ref = job.clone.checkpoint?.ref ?? checkpointRef(job.input.taskBranch);
    this.last = job.clone.checkpoint;
    this.tried = this.last ? [this.last.commit] : [];
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.make().finally(() => {
        if (!this.ending.signal.aborted) this.start();
      });
    }, this.seconds * 1000).unref();
  }

  /** From now on none is made. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.ending.abort(new Error('the agent has ended'));
    await this.running;
    if (this.repository) removeIfPossible(this.repository);
  }

  /** Takes the checkpoint away, whose work is on a branch now. */
  async remove(git: Git, repository: string): Promise<void> {
    if (this.tried.length === 0) return;
    if (!(await deleteRef(git, repository, this.ref, this.tried))) {
      this.job.say('save', `${this.ref} is left on the remote; the next run of the task knows that it is old`);
    }
  }

  /** For the message of a run whose work could not be saved otherwise. */
  told(): string {
    if (!this.last?.at) return '';
    return `; the checkpoint of ${this.last.at.toISOString().slice(11, 19)} is on ${this.last.ref}`;
  }

  private async make(): Promise<void> {
    const git = this.job.git.with({ signal: this.ending.signal });
    const quiet = () => {};
    const job = { ...this.job, git, say: quiet };
    try {
      this.repository ??= await this.open(job);
      const made = await commitWorktree(job, this.repository, this.work);
      if (made.filesNew === 0 || made.tree === this.last?.tree) return;
      this.tried.push(made.commit);
      await this.push(git, this.repository, made.commit);
      this.last = { ref: this.ref, commit: made.commit, tree: made.tree, at: new Date() };
      this.complaint = '';
      this.job.say('save', `work in progress is ${shortCommit(made.commit)} on ${this.ref}`);
    } catch (error) {
      const { message } = error as Error;
      if (this.ending.signal.aborted || message === this.complaint) return;
      this.complaint = message;
      this.job.say('save', `no checkpoint: ${message}`);
    }
  }

  private async open(job: Job): Promise<string> {
    const repository = await freshRepository(job);
    await borrowObjects(repository, job);
    return repository;
  }

  private async push(git: Git, repository: string, commit: string): Promise<void> {
    // Without a plus: that would force the push whatever the lease says.
    const to = (ref: string, old: string) =>
      git.remote(
        repository,
        ['push', '--quiet', `--force-with-lease=${ref}:${old}`, git.repository, `${commit}:${ref}`],
        'push-rejected',
        () => {},
      );
    try {
      await to(this.ref, this.last?.commit ?? '');
    } catch (error) {
      const branch = checkpointBranch(this.job.input.taskBranch);
      const refused = error instanceof RunFailure && error.cause === 'refused' && !/stale info/.test(error.message);
      if (!refused || this.last || this.ref === branch) throw error;
      await to(branch, '');
      this.ref = branch;
    }
  }
}
