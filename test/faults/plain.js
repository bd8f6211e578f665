// @ts-check
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { at, notRoot } from './fault.js';

/** @typedef {import('./fault.js').Fault} Fault */

/** A run to which nothing happens. */
export const NOTHING = 'nothing fails';

/** @param {string} folder below the pod's @returns {Pick<Fault, 'mount' | 'inject' | 'skipped'>} */
const small = (folder) => ({
  skipped: notRoot,
  mount: (root, site) => {
    const directory = join(root, folder);
    mkdirSync(directory, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', directory]);
    site.cleanups.push(async () => void execFileSync('umount', ['--lazy', directory]));
  },
  inject: (site) => fill(join(site.root, folder, 'filling')),
});

/** Takes what room there is. @param {string} path */
function fill(path) {
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch {
        // Full for pieces of this size.
      }
    }
  } finally {
    closeSync(file);
  }
}

/** What the agent could not write must not be delivered as if it had. */
const WORKING = /** @type {const} */ (['agent-failed', 'push-rejected', 'stalled']);
const DELIVERING = /** @type {const} */ (['agent-failed', 'push-rejected', 'delivered']);

/** What needs no injection, and full disks. @type {Fault[]} */
export const PLAIN = [
  { name: NOTHING, endings: at(['delivered'], 'at the start') },
  { name: 'nothing is to be changed', endings: at(['no-changes'], 'at the start'), steps: [{ text: 'All is done.' }] },
  {
    name: 'the base does not exist',
    endings: at(['bad-config'], 'at the start'),
    request: { base: 'no-such-branch' },
  },
  { name: 'the task does not exist', endings: at(['bad-config'], 'at the start'), request: { task: 'T999' } },
  {
    name: 'the deadline is near',
    endings: at(['timed-out'], 'at the start'),
    waits: true,
    pause: 300,
  },
  {
    name: 'the workspace is full',
    endings: {
      ...at(['clone-failed', 'agent-failed'], 'before the clone', 'after the clone'),
      ...at(WORKING, 'before OpenCode', 'before a file is written', 'after a file was written'),
      ...at(DELIVERING, 'before the commit', 'before the push'),
    },
    ...small('workspace'),
  },
  {
    name: 'the control volume is full',
    endings: {
      ...at(['clone-failed', 'agent-failed'], 'before the clone', 'after the clone'),
      ...at(DELIVERING, 'before OpenCode', 'after a file was written', 'before the commit', 'before the push'),
    },
    ...small('control'),
  },
  {
    name: 'the agent’s home is full',
    endings: at(WORKING, 'before the clone', 'before OpenCode', 'after a file was written'),
    ...small('home/agent'),
  },
  {
    name: 'the runner’s home is full',
    endings: at(['delivered'], 'before the clone', 'after a file was written', 'before the push'),
    ...small('home/runner'),
  },
  {
    name: 'the whole disk is full',
    endings: {
      ...at(['clone-failed', 'agent-failed'], 'before the clone'),
      ...at(WORKING, 'before OpenCode', 'after a file was written'),
      ...at(DELIVERING, 'before the push'),
    },
    ...small('.'),
  },
];
