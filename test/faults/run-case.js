// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podName } from '../../lib/run/names.js';
import { gitIn } from '../support/git-server.js';
import { startWorld } from '../support/world.js';
import { Course } from './moments.js';
import { checkpointsIn } from './remote.js';
import { Site } from './site.js';
import { judge } from './verdict.js';
import { CHECKPOINT, restOfTheWork, work } from './work.js';

/**
 * What the machine takes for a run without a fault, in seconds, up to the model's first answer.
 * @typedef {{ start: number }} Pace
 */

/** In seconds. */
const GRACE = 20;

/**
 * Runs one case in a world of its own, and judges it.
 * @param {import('./cases.js').Case} one
 * @param {Pace} pace
 */
export async function runCase(one, pace) {
  const { fault, moment, delay } = one;
  const site = new Site(mkdtempSync(join(tmpdir(), 'agent-runner-fault-')));
  let steps = fault.steps ?? work(fault.pause ?? 0);
  let happened = moment === 'at the start';
  /** @type {unknown} */
  let broken;
  const course = new Course(async (reached) => {
    if (reached !== moment || happened) return;
    happened = true;
    await sleep(delay);
    try {
      await fault.inject?.(site);
    } catch (error) {
      broken = error;
    }
  });
  let attempt = 1;
  const names = await fault.names?.(site);
  const world = await startWorld({
    ...(names && { host: names.host }),
    onAsked: (step) => (attempt === 1 ? course.asked(step) : undefined),
    script: () => {
      const failed = site.modelFault();
      return failed ? Array.from({ length: 5000 }, () => failed) : steps;
    },
  });
  site.started = world;
  const settings = {
    deadlineSeconds: fault.waits ? Math.ceil(25 + 2.5 * pace.start) : 600,
    stallSeconds: fault.stalls ? Math.ceil(5 + pace.start / 2) : 120,
    // Checkpoints take their share of the machine.
    checkpointSeconds: fault.pause ? CHECKPOINT : 5 * CHECKPOINT,
    terminationGracePeriodSeconds: GRACE,
  };
  const run = async () => {
    const { planned, pod } = world.plan({ ...fault.request }, attempt);
    site.branch = planned.input.taskBranch;
    site.anotherRun = podName(planned.input.taskId, planned.runId, 99);
    if (attempt === 1) await fault.prepare?.(site);
    /** @type {NodeJS.Timeout[]} */
    const kubelet = [];
    let overdue = false;
    const started = Date.now();
    const ended = await world.run(pod, {
      settings,
      ...fault.credential,
      ...(names && { wrapper: names.wrapper }),
      onRoot: (root) => {
        site.root = root;
        if (attempt === 1) fault.mount?.(root, site);
      },
      onStart: (child) => {
        site.program = child;
        const at = (/** @type {number} */ seconds, /** @type {() => void} */ act) =>
          kubelet.push(setTimeout(act, seconds * 1000));
        at(settings.deadlineSeconds, () => child.kill('SIGTERM'));
        at(settings.deadlineSeconds + GRACE, () => {
          overdue = true;
          site.signal('SIGKILL');
        });
      },
      ...(attempt === 1 && { onLine: (line) => course.log(line) }),
    });
    for (const timer of kubelet) clearTimeout(timer);
    site.endProcesses();
    return { ...ended, overdue, started, seconds: (Date.now() - started) / 1000 };
  };

  try {
    world.git.setWatcher(async (request, when) => {
      await course.git(request, when);
      return when === 'before' ? site.gitFault(request) : undefined;
    });
    const before = await gitIn(world.repository.dir, 'for-each-ref', '--format=%(objectname)', 'refs/heads');
    const first = await run();
    world.git.setWatcher(undefined);
    const saved = await checkpointsIn(world.repository.dir, site.branch);
    let second;
    if (fault.next && first.code === null) {
      steps = restOfTheWork;
      attempt = 2;
      second = await run();
    }
    return await judge({
      one,
      site,
      course,
      first,
      second,
      saved,
      commits: [...before.split('\n'), ...site.theirs],
      ...(broken !== undefined && { broken }),
      happened,
    });
  } finally {
    for (const cleanup of site.cleanups.reverse()) await cleanup();
    site.endProcesses();
    await world.close();
    rmSync(site.folder, { recursive: true, force: true });
  }
}
