import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { removeIfPossible } from './remove.js';

const MEBIBYTE = Buffer.alloc(1024 * 1024, 1);
/** Room that a commit of the work takes, in MiB. */
const SIZE = 16;
/** Bytes that a workspace has left when nothing has failed for want of them. */
const FREE = 64 * 1024;

const fileIn = (workspace: string): string => join(workspace, 'ballast');

/** Takes room in the workspace, so that there is some to save the work when the agent has filled it. */
export function takeBallast(workspace: string): void {
  const file = openSync(fileIn(workspace), 'w');
  for (let count = 0; count < SIZE; count++) writeSync(file, MEBIBYTE);
  closeSync(file);
}

/** Gives the room back. */
export const dropBallast = (workspace: string): void => removeIfPossible(fileIn(workspace));

/** Whether a write may have failed for want of room, which leaves a file with a part of its content. */
export function isFull(workspace: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(workspace);
    return bavail * bsize < FREE;
  } catch {
    // It is gone, which is no want of room.
    return false;
  }
}
