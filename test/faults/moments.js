// @ts-check

/** The moments of a run at which something may fail, in their order. */
export const MOMENTS = /** @type {const} */ ([
  'at the start',
  'before the clone',
  'during the clone',
  'after the clone',
  'before OpenCode',
  'before a file is written',
  'after a file was written',
  'during a checkpoint',
  'after a checkpoint',
  'before the last answer',
  'before the commit',
  'before the push',
  'during the push',
  'after the push',
  'before the verification',
  'after the verification',
]);

/** @typedef {typeof MOMENTS[number]} Moment */

/** Index of the model's answer that ends its work. */
export const LAST = 3;

const CHECKPOINT = /^refs\/agent-runner\/|-wip$/;

/**
 * Tells from the log, the model's and the Git server's requests how far a run is. Who causes a request waits for what is
 * done about it, so that a moment does not pass meanwhile.
 */
export class Course {
  /** @type {Map<Moment, number>} when each moment was first seen, as of Date.now() */
  seen = new Map();

  /** @type {Map<string, number>} when the log said of a file that the agent has written it */
  written = new Map();

  /** @param {(moment: Moment) => void | Promise<void>} onMoment is told each moment once */
  constructor(onMoment) {
    this.onMoment = onMoment;
  }

  /** @param {Moment} moment */
  async reach(moment) {
    if (this.seen.has(moment)) return;
    this.seen.set(moment, Date.now());
    await this.onMoment(moment);
  }

  /** @param {string} line */
  log(line) {
    const [, path] = /\[write\] (\S+)$/.exec(line) ?? [];
    if (path && !this.written.has(path)) this.written.set(path, Date.now());
    if (/^task +\| /.test(line)) void this.reach('after the clone');
    if (/^worktree +\| .* on branch /.test(line)) void this.reach('before OpenCode');
    if (/^verify +\| the remote shows/.test(line)) void this.reach('after the verification');
  }

  /** @param {number} step of the model, from 0 */
  async asked(step) {
    if (step === 0) await this.reach('before a file is written');
    if (step === 1) await this.reach('after a file was written');
    if (step === LAST) await this.reach('before the last answer');
  }

  /** @type {import('../support/git-faults.js').Watcher} */
  async git({ kind, refs }, when) {
    if (when === 'before') await this.reach('before the clone');
    if (kind === 'fetch' && when === 'during') await this.reach('during the clone');
    if (kind === 'push' && refs.some((ref) => CHECKPOINT.test(ref))) {
      if (when === 'during') await this.reach('during a checkpoint');
      if (when === 'after') await this.reach('after a checkpoint');
      return undefined;
    }
    if (!this.seen.has('before the last answer')) return undefined;
    if (when === 'before') await this.reach('before the commit');
    if (kind === 'refs-for-push' && when === 'before') await this.reach('before the push');
    if (kind === 'push' && when === 'during') await this.reach('during the push');
    if (kind === 'push' && when === 'after') await this.reach('after the push');
    if (kind === 'refs-for-fetch' && when === 'before' && this.seen.has('after the push')) {
      await this.reach('before the verification');
    }
    return undefined;
  }
}
