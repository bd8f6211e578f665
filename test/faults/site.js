// @ts-check
// What a fault can reach: the program and its processes, the Git server, the model, the pod's folder.
import { renameSync, writeFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitTo, gitIn } from '../support/git-server.js';
import { kill, processes } from './processes.js';

/**
 * @typedef {import('../support/git-faults.js').GitFault} GitFault
 * @typedef {import('../support/model-server.js').Step} Step
 * @typedef {Awaited<ReturnType<typeof import('../support/world.js').startWorld>>} World
 */

/** How long something lasts: so many requests, so many milliseconds, or for good. @typedef {{ times?: number, ms?: number }} Lasting */

/** Something that is so for a while. @template T */
class Spell {
  /** @type {T | undefined} */
  what;
  left = 0;
  until = 0;

  /** @param {T} what @param {Lasting} lasting */
  set(what, { times = Number.POSITIVE_INFINITY, ms = Number.POSITIVE_INFINITY }) {
    this.what = what;
    this.left = times;
    this.until = Date.now() + ms;
  }

  /** @returns {T | undefined} */
  take() {
    if (this.what === undefined || this.left <= 0 || Date.now() > this.until) return undefined;
    this.left -= 1;
    return this.what;
  }
}

export class Site {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  program;
  /** The pod's folder. */
  root = '';
  branch = '';
  /** Name of another run of the task. */
  anotherRun = '';
  /** @type {World | undefined} */
  started;
  /** When the program was killed so that it could not know. */
  killedAt = Number.POSITIVE_INFINITY;
  /** Commits of others, which must stay. @type {string[]} */
  theirs = [];
  /** @type {(() => Promise<void>)[]} */
  cleanups = [];

  /** @type {Spell<GitFault>} */
  #git = new Spell();
  /** @type {Spell<Step>} */
  #model = new Spell();
  #packsOnly = false;
  /** @type {GitFault | undefined} */
  #push;

  /** @param {string} folder of the case's own */
  constructor(folder) {
    this.folder = folder;
  }

  get world() {
    if (!this.started) throw new Error('there is no world yet');
    return this.started;
  }

  /** @param {number} ms @param {() => void} act does it unless the case has ended by then */
  later(ms, act) {
    const timer = setTimeout(act, ms);
    this.cleanups.push(async () => clearTimeout(timer));
  }

  /** @param {'SIGTERM' | 'SIGKILL'} signal */
  signal(signal) {
    if (signal === 'SIGKILL') this.killedAt = Math.min(this.killedAt, Date.now());
    this.program?.kill(signal);
    // As when a container's first process ends.
    if (signal === 'SIGKILL') this.endProcesses();
  }

  killOpenCode() {
    this.#kill('OpenCode', /opencode\0serve\0/);
  }

  /** Ends the first process of the agent's container, as the kernel does when its memory is used up. */
  killAgent() {
    this.#kill('agent’s container', /\/agent\.sh\0$/);
  }

  /** @param {string} what @param {RegExp} program */
  #kill(what, program) {
    const found = processes().filter(
      ({ command, environment }) => program.test(command) && environment.includes(`=${this.root}`),
    );
    if (found.length === 0) throw new Error(`there is no ${what} to kill`);
    for (const { pid } of found) kill(pid);
  }

  /** Ends every process that the program has left behind: only those know the pod's folder. */
  endProcesses() {
    for (let round = 0; round < 5; round++) {
      const found = processes().filter(({ environment }) => environment.includes(`=${this.root}/`));
      for (const { pid } of found) kill(pid);
      if (found.length === 0) return;
    }
  }

  /**
   * From now on the Git server fails.
   * @param {GitFault} fault
   * @param {Lasting & { packs?: boolean }} [lasting] packs: only requests that carry one
   */
  failGit(fault, { packs = false, ...lasting } = {}) {
    this.#packsOnly = packs;
    this.#git.set(fault, lasting);
  }

  /** From now on each pushed pack fails so. @param {GitFault} fault */
  failPush(fault) {
    this.#push = fault;
  }

  /** @param {import('../support/git-faults.js').GitRequest} request */
  gitFault({ kind }) {
    if (kind === 'push' && this.#push) return this.#push;
    return this.#packsOnly && kind !== 'fetch' && kind !== 'push' ? undefined : this.#git.take();
  }

  /** @param {Lasting} [lasting] */
  async leaveGit({ ms } = {}) {
    this.world.git.setGone(true);
    if (ms) this.later(ms, () => this.world.git.setGone(false));
  }

  /**
   * From now on the model answers so.
   * @param {Step} answer
   * @param {Lasting} [lasting]
   */
  failModel(answer, lasting = {}) {
    this.#model.set(answer, lasting);
  }

  modelFault() {
    return this.#model.take();
  }

  /** @param {string} hook @param {string} script */
  async addHook(hook, script) {
    const path = join(this.world.repository.dir, 'hooks', hook);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  /** What another run of the task has made. @param {Record<string, string>} files */
  pushTheirs(files) {
    return this.pushByHand(files, `theirs\n\nAgent-Run: ${this.anotherRun}\nAgent-Outcome: timed-out`);
  }

  /** What a person has made. @param {Record<string, string>} files */
  async pushByHand(files, message = 'by hand') {
    this.theirs.push(await commitTo(this.world.repository.dir, this.branch, files, message, { from: '001-greeting' }));
  }

  async deleteBranch() {
    await gitIn(this.world.repository.dir, 'update-ref', '-d', `refs/heads/${this.branch}`);
  }

  /** The kubelet puts a new file in the place of the old one. @param {string} password */
  renewSecret(password) {
    const file = join(this.root, 'var/run/secrets/agent-runner/git/password');
    writeFileSync(`${file}.new`, password, { mode: 0o440 });
    renameSync(`${file}.new`, file);
  }
}
