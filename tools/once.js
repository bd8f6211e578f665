// @ts-check
// Makes a file for all processes of this machine, once. Others that need it wait until it exists.
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Milliseconds between two looks at the file that another process makes. */
const PAUSE = 200;

/** Milliseconds after which a lock counts as left behind: its number may belong to another process by then. */
const LONGEST = 30 * 60_000;

/**
 * Returns the file. If it is missing, makes it and says so on standard error.
 * @param {string} file
 * @param {string} what like "Building helm v3 from its Go module"
 * @param {(temporary: string) => void} make writes to another path, which becomes the file: nobody sees half of it
 * @param {string} lock file that exists meanwhile
 */
export function once(file, what, make, lock = `${dirname(file)}.lock`) {
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!existsSync(file)) {
    if (take(lock)) {
      makeLocked(file, what, make, lock);
    } else {
      if (!told) console.error(`${what}: process ${ownerOf(lock)} does it already; waiting for it (${lock}).`);
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
  return file;
}

/** @param {string} file @param {string} what @param {(temporary: string) => void} make @param {string} lock */
function makeLocked(file, what, make, lock) {
  const temporary = `${file}.${process.pid}`;
  try {
    if (existsSync(file)) return;
    console.error(`${what}, once.`);
    mkdirSync(dirname(file), { recursive: true });
    make(temporary);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    if (ownerOf(lock) === process.pid) rmSync(lock, { force: true });
  }
}

/** Takes the lock, unless a living process has it. @param {string} lock */
function take(lock) {
  const own = `${lock}.${process.pid}`;
  try {
    writeFileSync(own, `${process.pid}`);
    if (isLeft(lock)) rmSync(lock, { force: true });
    // A lock has its number as soon as it exists.
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Whether its owner has gone. Two processes that both see this make the file twice, which costs only time. @param {string} lock */
function isLeft(lock) {
  const owner = ownerOf(lock);
  if (owner === undefined) return false;
  const { mtimeMs = Date.now() } = statSync(lock, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs > LONGEST || !isAlive(owner);
}

/** @param {string} lock */
function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
