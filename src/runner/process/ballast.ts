import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { removeIfPossible } from './remove.js';

const MEBIBYTE = Buffer.alloc(1024 * 1024, 1);
/** Reserved space in MiB: for the commit of the work, and for saving the work if the commit ran out of space. */
const SIZES = { commit: 16, saving: 8 } as const;
type Share = keyof typeof SIZES;
const SHARES = Object.keys(SIZES) as Share[];
/** With at least this many free bytes, no write has failed because the workspace was full. */
const FREE = 64 * 1024;

const fileIn = (workspace: string, share: Share): string => join(workspace, `ballast-${share}`);

/** Reserves space in the workspace, so that the work can be saved even if the agent has filled it. */
export function takeBallast(workspace: string): void {
  for (const share of SHARES) {
    const file = openSync(fileIn(workspace, share), 'w');
    for (let count = 0; count < SIZES[share]; count++) writeSync(file, MEBIBYTE);
    closeSync(file);
  }
}

/** Releases reserved space. Default: all of it. */
export function dropBallast(workspace: string, shares: readonly Share[] = SHARES): void {
  for (const share of shares) removeIfPossible(fileIn(workspace, share));
}

/** Whether a write may have failed because the workspace is full, which leaves incomplete files. */
export function isFull(workspace: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(workspace);
    return bavail * bsize < FREE;
  } catch {
    // The workspace is gone, which is a different problem.
    return false;
  }
}
