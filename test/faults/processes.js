// @ts-check
import { readdirSync, readFileSync } from 'node:fs';

/** @param {number} pid */
export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Every process of this machine that we may look at, but this one. */
export function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => {
      const read = (/** @type {string} */ file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'latin1');
        } catch {
          return '';
        }
      };
      const parent = Number(read('stat').split(') ').pop()?.split(' ')[1] ?? 0);
      return { pid: Number(pid), parent, command: read('cmdline'), environment: read('environ') };
    });
}
