// @ts-check
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Git } from '../lib/runner/git/git.js';
import { machine } from '../lib/runner/process/machine.js';
import { makeAgentRepository } from '../lib/runner/start/agent-repository.js';
import { clone } from '../lib/runner/start/clone.js';
import { addWorktree } from '../lib/runner/start/worktree.js';
import { gitIn } from '../test/support/git-server.js';
import { measure, run } from './measure.js';

const COMMITS = 5000;
/** Bytes that each commit adds. They are random, so that compression does not make them smaller. */
const PER_COMMIT = 60_000;
const FILES = 100;

/**
 * From nothing to a worktree: the clone of a run against a full clone.
 * @param {string} folder
 */
export async function cloning(folder) {
  const root = join(folder, 'git');
  const bare = join(root, 'bench/history.git');
  mkdirSync(bare, { recursive: true });
  await history(bare);
  const args = [fileURLToPath(new URL('../test/support/git-server.js', import.meta.url)), '--root', root];
  const server = spawn(process.execPath, [...args, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const url = `${String(line).replace('listening on ', '')}/bench/history`;
  try {
    return await measure(
      [
        {
          name: 'git clone',
          run: (round) => {
            run('git', ['clone', '--quiet', url, join(folder, `whole-${round}`)]);
            rmSync(join(folder, `whole-${round}`), { recursive: true });
          },
        },
        { name: "a run's clone and worktree", run: (round) => asARunDoes(join(folder, `run-${round}`), url) },
      ],
      5,
    );
  } finally {
    server.kill();
  }
}

/** @param {string} root @param {string} repository */
async function asARunDoes(root, repository) {
  const own = machine(root);
  for (const path of [own.workspace, own.control, own.runnerHome]) mkdirSync(path, { recursive: true });
  const git = new Git(own, repository);
  const quiet = () => {};
  /** @type {import('../src/run/input.js').RunInput} */
  const input = {
    taskId: 'T001',
    repository,
    branch: 'main',
    taskBranch: 'main-t001',
    runName: 'agent-t001-0-1',
    logFormat: 'text',
  };
  const cloned = await clone(git, input, own, quiet);
  await makeAgentRepository(git, cloned, { name: 'bench', email: 'bench@localhost' });
  await addWorktree(git, cloned, input, undefined, false, quiet);
  rmSync(root, { recursive: true });
}

/** @param {string} bare */
async function history(bare) {
  await gitIn(bare, 'init', '--quiet', '--bare', '--initial-branch=main');
  for (const key of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
    await gitIn(bare, 'config', key, 'true');
  const importer = spawn('git', ['fast-import', '--quiet', '--date-format=now'], {
    cwd: bare,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(importer, 'exit');
  for (let commit = 0; commit < COMMITS; commit++) {
    const file = `src/file-${commit % FILES}.bin`;
    const head = `commit refs/heads/main\ncommitter Bench <bench@example.com> now\ndata 7\nchange\n\nM 100644 inline ${file}\ndata ${PER_COMMIT}\n`;
    importer.stdin.write(head);
    importer.stdin.write(randomBytes(PER_COMMIT));
    if (!importer.stdin.write('\n')) await once(importer.stdin, 'drain');
  }
  importer.stdin.end();
  await ended;
}
