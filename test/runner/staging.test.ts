import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Staging } from '../../src/runner/git/staging.js';

let folder: string;
let from: string;
let staging: Staging;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-staging-'));
  from = join(folder, 'worktree');
  mkdirSync(join(folder, 'secret'));
  writeFileSync(join(folder, 'secret/password'), 'nobody may see this');
  mkdirSync(join(from, 'd'), { recursive: true });
  writeFileSync(join(from, 'd/password'), 'of the agent');
  staging = new Staging(from, join(folder, 'staging'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const copied = (path: string) => join(staging.folder, path);
const found = (path: string) => staging.take(path).found;

test('a file is copied, with whether it can be run and nothing else of its mode', () => {
  chmodSync(join(from, 'd/password'), 0o4751);
  expect(staging.take('d/password')).toEqual({ found: 'copied', bytes: 12 });
  expect(readFileSync(copied('d/password'), 'utf8')).toBe('of the agent');
  expect(lstatSync(copied('d/password')).mode & 0o7777).toBe(0o755);
});

test('a link on the way to the agent’s folder is not followed', () => {
  const inRoot = (path: string) =>
    new Staging(join(folder, 'root', path), join(folder, 'copies'), join(folder, 'root'));
  mkdirSync(join(folder, 'root'));
  symlinkSync(folder, join(folder, 'root/link'));
  expect(() => inRoot('link/secret').take('password')).toThrow('the worktree is no folder any more');
  expect(() => inRoot('../secret')).toThrow('the worktree is no folder any more');
});
test('a link is copied as a link', () => {
  symlinkSync('/nowhere', join(from, 'link'));
  expect(found('link')).toBe('copied');
  expect(readlinkSync(copied('link'))).toBe('/nowhere');
});

describe('nothing is reached through a link', () => {
  test('in the place of a folder', () => {
    rmSync(join(from, 'd'), { recursive: true });
    symlinkSync(join(folder, 'secret'), join(from, 'd'));
    expect(found('d/password')).toBe('gone');
    expect(readdirSync(staging.folder)).toEqual([]);
  });
  test('in the place of the agent’s folder', () => {
    renameSync(from, join(folder, 'aside'));
    symlinkSync(join(folder, 'aside'), from);
    expect(() => staging.take('d/password')).toThrow('the worktree is no folder any more');
  });
  test('that has been copied itself: a copy would go where that one leads', () => {
    renameSync(join(from, 'd'), join(from, 'aside'));
    symlinkSync(join(folder, 'secret'), join(from, 'd'));
    expect(found('d')).toBe('copied');
    rmSync(join(from, 'd'));
    renameSync(join(from, 'aside'), join(from, 'd'));
    expect(found('d/password')).toBe('gone');
    expect(readFileSync(join(folder, 'secret/password'), 'utf8')).toBe('nobody may see this');
  });
});

test('what is neither a file nor a link is told, and holds nobody up', () => {
  execFileSync('mkfifo', [join(from, 'pipe')]);
  expect([found('pipe'), found('d'), found('none'), found('d/password/none')]).toEqual([
    'special',
    'folder',
    'gone',
    'gone',
  ]);
});

test('what has been copied can be taken away', () => {
  found('d/password');
  staging.clear();
  expect(existsSync(copied('d/password'))).toBe(false);
});
