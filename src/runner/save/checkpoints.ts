import { attemptBranch, branchWith, checkpointBranch, checkpointRef, shortCommit } from '../../run/names.js';
import { commitDecided, commitWork, type Made } from '../commit/commit.js';
import { freshRepository } from '../commit/fresh-repository.js';
import type { Work } from '../commit/message.js';
import type { Git } from '../git/git.js';
import { RunFailure } from '../process/failure.js';
import { removeIfPossible } from '../process/remove.js';
import type { Job } from '../start/job.js';
import { onlyTree } from '../work/decide.js';
import { deleteRef } from './push.js';

interface Saved {
  readonly commit: string;
  readonly tree?: string;
  readonly at?: Date;
}

/** A ref on the remote that has work in progress. */
interface Place {
  ref: string;
  last?: Saved;
  /** Our commits that may be on the ref: even an interrupted push may have arrived. */
  readonly tried: string[];
}

/**
 * Pushes the agent's work in progress to refs of its own at regular intervals. So a kill or a lost node costs at most
 * one interval of work. The agent's index and HEAD stay untouched.
 */
export class Checkpoints {
  private repository: string | undefined;
  /** By the name of the branch for whose work a place is. */
  private readonly places = new Map<string, Place>();
  private readonly complaints = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly ending = new AbortController();

  constructor(
    private readonly job: Job,
    private readonly seconds: number,
    private readonly work: Work,
  ) {
    const { clone, input } = job;
    if (!clone.checkpoint) return;
    const { ref, commit, tree } = clone.checkpoint;
    this.places.set(input.taskBranch, { ref, last: { commit, tree }, tried: [commit] });
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.make().finally(() => {
        if (!this.ending.signal.aborted) this.start();
      });
    }, this.seconds * 1000).unref();
  }

  /** Ends the checkpoints. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.ending.abort(new Error('the agent has ended'));
    await this.running;
    if (this.repository) removeIfPossible(this.repository);
  }

  /** Deletes the checkpoints once their work is on branches. */
  async remove(git: Git, repository: string): Promise<void> {
    for (const { ref, tried } of this.places.values()) {
      if (await deleteRef(git, repository, ref, tried)) continue;
      this.job.say('save', `${ref} is left on the remote; the next run of the task knows that it is old`);
    }
  }

  /** Names the checkpoints, for the message of a run whose work could not be saved otherwise. */
  told(): string {
    const times = [...this.places.values()].flatMap(({ ref, last }) =>
      last?.at ? [`the checkpoint of ${last.at.toISOString().slice(11, 19)} is on ${ref}`] : [],
    );
    return times.map((text) => `; ${text}`).join('');
  }

  private async make(): Promise<void> {
    const git = this.job.git.with({ signal: this.ending.signal });
    const job = { ...this.job, git, say: () => {} };
    const { taskBranch, runName } = this.job.input;
    const aside = attemptBranch(taskBranch, runName);
    await this.trying('', async () => {
      this.repository ??= await freshRepository(job);
      const repository = this.repository;
      const made = await commitWork(job, repository, this.work);
      // Work that cannot be separated from others' commits must not become the start of the next run.
      await this.keep(git, repository, made.problem ? aside : taskBranch, made);
      for (const { suffix, tree } of made.others) {
        const other = await commitDecided(job, repository, this.work, onlyTree(tree));
        await this.keep(git, repository, `${aside}-${suffix}`, other);
      }
    });
  }

  /** Pushes a commit of the work to where the next attempt and the user find it. */
  private async keep(git: Git, repository: string, branch: string, { commit, tree, filesNew }: Made): Promise<void> {
    const place = this.places.get(branch) ?? { ref: checkpointRef(branch), tried: [] };
    if (filesNew === 0 || tree === place.last?.tree) return;
    this.places.set(branch, place);
    await this.trying(branch, async () => {
      place.tried.push(commit);
      await this.push(git, repository, branch, place, commit);
      place.last = { commit, tree, at: new Date() };
      this.job.say('save', `work in progress is ${shortCommit(commit)} on ${place.ref}`);
    });
  }

  /** Reports once why something cannot be saved. */
  private async trying(what: string, save: () => Promise<void>): Promise<void> {
    try {
      await save();
      this.complaints.delete(what);
    } catch (error) {
      const { message } = error as Error;
      if (this.ending.signal.aborted || message === this.complaints.get(what)) return;
      this.complaints.set(what, message);
      this.job.say('save', `no checkpoint: ${message}`);
    }
  }

  private async push(git: Git, repository: string, branch: string, place: Place, commit: string): Promise<void> {
    // No plus before the refspec: it would force the push even against the lease.
    const to = (ref: string, old: string) =>
      git.remote(
        repository,
        ['push', '--quiet', `--force-with-lease=${ref}:${old}`, git.repository, `${commit}:${ref}`],
        'push-rejected',
        () => {},
      );
    try {
      await to(place.ref, place.last?.commit ?? '');
    } catch (error) {
      if (!(error instanceof RunFailure) || error.cause !== 'refused' || place.last) throw error;
      const isTaken = /stale info/.test(error.message);
      // An attempt may have the number of an earlier one whose pod was deleted.
      const name = isTaken ? branchWith(branch, commit) : branch;
      const other = isTaken ? checkpointRef(name) : checkpointBranch(name);
      if (place.ref === other || (isTaken && branch === this.job.input.taskBranch)) throw error;
      await to(other, '');
      place.ref = other;
    }
  }
}
