import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { doctor } from '../../src/cli/commands/doctor.js';
import { implement } from '../../src/cli/commands/implement.js';
import { merge } from '../../src/cli/commands/merge.js';
import { plan } from '../../src/cli/commands/plan.js';
import { recover } from '../../src/cli/commands/recover.js';
import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { answer } from '../cluster-client/api-server.js';
import { renderSettings } from '../fixtures/rendered.js';
import { environmentInput } from '../run/fixtures.js';
import { commitTo, createRepository, gitIn } from '../support/git-repository.js';
import { runAgainst } from './against-server.js';
import { ADA, useGitConfig } from './git-config.js';
import { bareRepository, Canary, programsOf, writeFiles } from './hostile-tree.js';
import { FakeCluster } from './implement/fake-cluster.js';
import { ENDED, POD, podOf, TASK_BRANCH } from './recoverable.js';
import { runIn } from './terminal.js';

const BRANCH = '001-login';
const FEATURE = 'specs/001-login';
const TASKS = '- [ ] T001 [ASYNC] One\n- [ ] T002 [ASYNC] Two\n';
const URL = 'https://git.example/o/n';

let folder: string;
let remote: string;
let checkout: string;
let canary: Canary;
let hostile: string;
let giveBack: () => void;

// Each starts git many times.
jest.setTimeout(60_000);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-hostile-'));
  canary = new Canary(join(folder, 'canary'));
  hostile = programsOf(canary, join(folder, 'hooks'));
  const files = {
    [`${FEATURE}/tasks.md`]: TASKS,
    '.gitattributes': '* filter=evil diff=evil merge=evil\n',
    // Both sides change it, so that git has to merge its lines.
    'a.txt': '1\n2\n3\n4\n5\n',
  };
  remote = (await createRepository(join(folder, 'git'), 'o/n', files, { branch: BRANCH })).dir;
  const told = 'work\n\nAgent-Run: agent-t001-0123456789-1\nAgent-Outcome: delivered';
  await commitTo(remote, `${BRANCH}-t001`, { 'a.txt': 'one\n2\n3\n4\n5\n' }, told, { from: BRANCH });
  await commitTo(remote, BRANCH, { 'a.txt': '1\n2\n3\n4\nfive\n' }, 'by hand');
  checkout = join(folder, 'above/checkout');
  renderSettings(folder, [defineEnvironment(environmentInput)]);
  mkdirSync(join(folder, 'above'));
  await gitIn(folder, 'clone', '--quiet', '--branch', BRANCH, remote, checkout);
  giveBack = useGitConfig(`${ADA}\n[url "${folder}/git/"]\ninsteadOf = https://git.example/`);
});
afterEach(() => {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => ['--settings', join(folder, 'dist/manifests/demo/ConfigMap.agent-runner-settings.yaml')];

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Every command that starts git, with what it is told. */
const COMMANDS: readonly [name: string, run: (cwd: string) => Promise<{ code: number; err: string }>][] = [
  ['plan', (cwd) => runIn(plan, [], { cwd, env: { SPECIFY_FEATURE: '001-login' } })],
  ['plan of a path', (cwd) => runIn(plan, [join(checkout, FEATURE)], { cwd })],
  [
    'implement --dry-run',
    (cwd) => runIn(implement, [join(checkout, FEATURE), '--dry-run', ...settings(), '--repo', URL], { cwd }),
  ],
  [
    'spawn-task',
    (cwd) => runIn(spawnTask, ['T001', BRANCH, URL, join(checkout, FEATURE), '--dry-run', ...settings()], { cwd }),
  ],
  ['merge', (cwd) => runIn(merge, [join(checkout, FEATURE)], { cwd })],
  ['recover', (cwd) => against(recover, [POD], cwd)],
  ['doctor', (cwd) => against(doctor, [], cwd)],
];

async function against(command: Command, args: readonly string[], cwd: string) {
  const commit = await gitIn(remote, 'rev-parse', `refs/heads/${BRANCH}-t001`);
  await gitIn(remote, 'update-ref', `refs/heads/${TASK_BRANCH}-2`, commit);
  const pod = podOf(URL, ENDED.saved(commit));
  return runAgainst(
    command,
    args,
    ({ url }, response) =>
      url?.includes('/pods') ? answer(response, { items: [pod] }) : answer(response, { message: 'no' }, 403),
    { cwd },
  );
}

/** Git as anybody starts it in a folder: what a hostile place does to it. */
function anybodysGit(cwd: string): void {
  for (const args of [
    ['status'],
    ['fetch', 'origin'],
    ['ls-remote', 'ssh://git@git.example/o/n'],
    ['update-ref', 'refs/heads/x', 'HEAD'],
  ]) {
    try {
      execFileSync('git', args, { cwd, stdio: 'ignore', env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1' } });
    } catch {
      // Its end says nothing: the canary does.
    }
  }
}

/** A place that runs programs of its own for who uses git there, and where it is. */
const PLACES: readonly [what: string, make: () => string][] = [
  [
    'a bare repository in the feature directory',
    () => {
      writeFiles(join(checkout, FEATURE), bareRepository(hostile));
      return join(checkout, FEATURE);
    },
  ],
  [
    'a bare repository below the feature directory',
    () => {
      writeFiles(join(checkout, FEATURE, 'contracts'), bareRepository(hostile));
      return join(checkout, FEATURE, 'contracts');
    },
  ],
  [
    'a bare repository above the checkout',
    () => {
      writeFiles(join(folder, 'above'), bareRepository(hostile));
      return join(folder, 'above');
    },
  ],
  [
    'a .git file in the feature directory',
    () => {
      writeFiles(join(folder, 'elsewhere'), bareRepository(hostile));
      writeFileSync(join(checkout, FEATURE, '.git'), `gitdir: ${join(folder, 'elsewhere')}\n`);
      return join(checkout, FEATURE);
    },
  ],
  [
    'a configuration that includes a file of the tree',
    () => {
      writeFileSync(join(checkout, 'team.gitconfig'), hostile);
      appendFileSync(join(checkout, '.git/config'), '[include]\n  path = ../team.gitconfig\n');
      return checkout;
    },
  ],
  [
    'programs in the configuration of the checkout',
    () => {
      appendFileSync(join(checkout, '.git/config'), hostile);
      return checkout;
    },
  ],
  [
    'hooks in the git directory',
    () => {
      programsOf(canary, join(checkout, '.git/hooks'));
      return checkout;
    },
  ],
  [
    'a submodule that is checked out',
    () => {
      const git = (where: string, ...args: string[]) => execFileSync('git', args, { cwd: where, stdio: 'ignore' });
      const inside = join(checkout, 'vendor/sub');
      mkdirSync(inside, { recursive: true });
      git(inside, 'init', '--quiet');
      git(inside, 'commit', '--quiet', '--allow-empty', '--message', 'one');
      writeFiles(checkout, { '.gitmodules': `[submodule "sub"]\npath = vendor/sub\nurl = ext::${canary.command}\n` });
      git(checkout, 'add', 'vendor/sub', '.gitmodules');
      git(checkout, 'config', 'submodule.recurse', 'true');
      appendFileSync(join(inside, '.git/config'), hostile);
      return checkout;
    },
  ],
  [
    'objects of a bare repository in the tree',
    () => {
      writeFiles(join(checkout, 'vendor.git'), bareRepository(hostile));
      writeFileSync(join(checkout, '.git/objects/info/alternates'), `${join(checkout, 'vendor.git/objects')}\n`);
      return join(checkout, 'vendor.git');
    },
  ],
];

describe.each(PLACES)('%s', (_, make) => {
  test('runs a program for who uses git there', () => {
    anybodysGit(make());
    expect(canary.sang).toBe(true);
  });
  test.each(COMMANDS)('runs none for %s', async (_, run) => {
    make();
    const { err } = await run(checkout);
    expect(canary.sang).toBe(false);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('a user who stands in a hostile folder', () => {
  test.each(['specs/001-login', 'specs/001-login/contracts'])('runs none of its programs: %s', async (path) => {
    writeFiles(join(checkout, path), bareRepository(hostile));
    for (const [, run] of COMMANDS) await run(join(checkout, path));
    expect(canary.sang).toBe(false);
  });
});

describe('what the commands are for works in a hostile tree', () => {
  test('merge puts together what was delivered, also where the configuration names programs', async () => {
    writeFiles(join(checkout, FEATURE), bareRepository(hostile));
    appendFileSync(join(checkout, '.git/config'), hostile);
    const { code, out } = await runIn(merge, [FEATURE, '--repo', remote], { cwd: checkout });
    expect(out).toContain(`merged ${BRANCH}-t001`);
    expect(code).toBe(0);
  });
  test('merge --into-branch, where the tree alone is hostile', async () => {
    writeFiles(join(checkout, FEATURE), bareRepository(hostile));
    const { code } = await runIn(merge, [FEATURE, '--into-branch'], { cwd: checkout });
    expect([code, canary.sang]).toEqual([0, false]);
  });
  test('merge --into-branch pushes nothing by a configuration that any branch can change', async () => {
    writeFileSync(join(checkout, 'team.gitconfig'), hostile);
    appendFileSync(join(checkout, '.git/config'), '[include]\n  path = ../team.gitconfig\n');
    const before = await gitIn(remote, 'rev-parse', BRANCH);
    const { code, err } = await runIn(merge, [FEATURE, '--into-branch'], { cwd: checkout });
    expect(err).toMatch(/includes .*team\.gitconfig, which any branch can change; nothing was pushed: .*: git push /);
    expect([code, canary.sang, await gitIn(remote, 'rev-parse', BRANCH)]).toEqual([2, false, before]);
  });
  test('implement delivers, and none of the programs is run', async () => {
    await gitIn(remote, 'branch', '-D', `${BRANCH}-t001`);
    writeFiles(join(checkout, FEATURE), bareRepository(hostile));
    appendFileSync(join(checkout, '.git/config'), hostile);
    const { handler } = new FakeCluster(remote);
    const { code, out } = await runAgainst(implement, [FEATURE, '--repo', URL], handler, { cwd: checkout });
    expect([code, canary.sang]).toEqual([0, false]);
    expect(out).toContain('delivered 2 of 2');
  });
  test('recover makes its branch', async () => {
    writeFiles(join(checkout, FEATURE), bareRepository(hostile));
    expect((await against(recover, [POD], checkout)).code).toBe(0);
    expect(await gitIn(checkout, 'rev-parse', '--verify', `refs/heads/recovered/${TASK_BRANCH}-2`)).toMatch(
      /^[0-9a-f]{40}$/,
    );
  });
  test('a task list behind a link out of the checkout is refused', async () => {
    writeFiles(join(folder, 'outside'), { 'tasks.md': TASKS });
    symlinkSync(join(folder, 'outside'), join(checkout, 'specs/002-link'));
    const { code, err } = await runIn(merge, ['specs/002-link'], { cwd: checkout });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/outside\/tasks\.md is not in the repository .*checkout; start/),
    ]);
  });
});
