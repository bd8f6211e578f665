import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { localContext } from '../../src/cli/checkout/context-dir.js';
import {
  formatSettings,
  hooksOff,
  isForWork,
  isHarmless,
  isMissed,
  mayBeOfTree,
  parseListing,
  type Setting,
} from '../../src/cli/git/git-settings.js';
import { UserGit } from '../../src/cli/git/user-git.js';
import { end } from '../../src/cli/terminal/at-end.js';
import { commitTo, createRepository, fastImport, gitIn } from '../support/git-repository.js';
import { ADA, useGitConfig } from './git-config.js';
import { bareRepository, Canary, writeFiles } from './hostile-tree.js';

let folder: string;
let remote: string;
let checkout: string;
let giveBack: () => void;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-git-'));
  giveBack = useGitConfig(ADA);
  remote = (await createRepository(folder, 'o/n', { 'a.txt': 'a\n', 'specs/001-login/tasks.md': '- [ ] T001 x\n' }))
    .dir;
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', remote, checkout);
});
afterEach(() => {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
});

describe('of the configuration of a checkout', () => {
  const harmless = (key: string, value: string) => isHarmless([key, value]);
  test.each([
    ['user.name', 'Ada'],
    ['branch.x.y.merge', 'refs/heads/x.y'],
    ['remote.origin.url', 'https://github.com/o/n'],
    ['remote.origin.url', 'git@github.com:o/n.git'],
    ['remote.origin.url', 'ssh://git@host.example:22/o/n'],
    ['remote.origin.promisor', 'true'],
    ['http.proxy', 'http://proxy:3128'],
    ['http.curloptresolve', 'host.example:443:192.0.2.1'],
    ['http.https://host.example/.extraheader', 'Authorization: basic x'],
    ['credential.helper', 'store'],
    ['credential.helper', ''],
    ['credential.https://host.example.helper', 'osxkeychain'],
    ['core.sshcommand', 'ssh -i ~/.ssh/id_work -o IdentitiesOnly=yes'],
    ['core.sshcommand', 'ssh -i "/home/ada/my keys/id" -o StrictHostKeyChecking=accept-new -v'],
    ['core.sshcommand', '/usr/bin/ssh -i $HOME/.ssh/id -F /dev/null'],
    ['core.sshcommand', 'ssh'],
    ['url.https://mirror.example/.insteadof', 'https://github.com/'],
    ['url.git@mirror.example:.insteadof', 'https://github.com/'],
  ])('%s=%s is used', (key, value) => expect(harmless(key, value)).toBe(true));

  test.each([
    ['core.sshcommand', '/tmp/program'],
    ['core.sshcommand', 'ssh -o ProxyCommand=touch'],
    ['core.sshcommand', 'ssh -i $(touch x)'],
    ['core.sshcommand', 'ssh -i "$(touch x)"'],
    ['core.sshcommand', 'ssh -i x; touch y'],
    ['core.sshcommand', 'ssh -F config'],
    ['credential.helper', '!touch x'],
    ['credential.helper', '/tmp/program'],
    ['credential.helper', 'store; touch x'],
    ['remote.origin.url', 'ext::touch x'],
    ['remote.origin.uploadpack', 'touch'],
    ['remote.origin.receivepack', 'touch'],
    ['remote.origin.vcs', 'ext'],
    ['remote.origin.pushurl', 'ext::touch x'],
    ['url.ext::touch.insteadof', 'https://github.com/'],
    ['url.file:///top/evil.git.pushinsteadof', 'https://github.com/'],
    ['core.hookspath', 'hooks'],
    ['core.fsmonitor', 'touch'],
    ['core.gitproxy', 'touch'],
    ['core.alternaterefscommand', 'touch'],
    ['core.worktree', '/'],
    ['hook.x.command', 'touch'],
    ['gpg.program', 'touch'],
    ['gpg.ssh.program', 'touch'],
    ['diff.external', 'touch'],
    ['diff.x.textconv', 'touch'],
    ['filter.x.process', 'touch'],
    ['merge.x.driver', 'touch'],
    ['alias.fetch', '!touch'],
    ['include.path', 'x'],
    ['protocol.ext.allow', 'always'],
    ['safe.directory', '*'],
    ['uploadpack.packobjectshook', 'touch'],
    ['user.name', 'Ada\nExtra: x'],
    ['a.key.of.the.future', 'touch'],
  ])('%s=%s is not', (key, value) => expect(harmless(key, value)).toBe(false));

  test.each([
    ...['./evil.git', 'evil', 'specs/evil', '../checkout/evil.git', '/proc/self/cwd/evil', '/proc/self/cwd/evil.git'],
    ...['file://../proc/self/cwd/evil.git', 'file:///%74mp/evil.git', 'file://localhost/tmp/evil', '/dev/fd/3'],
  ])('a remote may be of the tree: %s', (url) => {
    writeFiles(checkout, { 'evil.git/HEAD': '', 'specs/evil.git/HEAD': '' });
    expect(mayBeOfTree(url, [checkout])).toBe(true);
  });
  test.each([
    ...[
      'https://github.com/o/n',
      'git@github.com:o/n.git',
      'host:o/n',
      'ssh://git@host/o/n',
      '/srv/git/n.git',
      '../o/n.git',
    ],
  ])('a remote is elsewhere: %s', (url) => expect(mayBeOfTree(url, [checkout])).toBe(false));
  test('a remote is looked at as git sees it: rewritten, and behind links', async () => {
    writeFiles(checkout, bareRepository(''));
    writeFiles(join(checkout, 'evil.git'), bareRepository(''));
    symlinkSync(join(checkout, 'evil.git'), join(folder, 'link'));
    await gitIn(checkout, 'config', `url.${folder}/.insteadOf`, 'x:');
    const git = new UserGit(checkout);
    for (const url of ['x:checkout/evil.git', 'x:link', join(folder, 'link'), 'x:checkout/evil']) {
      const refused = { code: -1, stderr: expect.stringMatching(/ may be in the tree of this checkout; use a remote/) };
      expect(await git.status(['push'], url, 'HEAD:refs/heads/x')).toMatchObject(refused);
      expect(await git.tryFetch(url)).toMatchObject(refused);
      await expect(git.ownPush([], url, 'HEAD:refs/heads/x')).rejects.toThrow('may be in the tree of this checkout');
    }
    expect((await git.status(['ls-remote'], 'x:o/n.git')).code).toBe(0);
  });
  test('what chooses a transport is worth a word when a remote is not reached', () => {
    expect(isMissed(['core.sshcommand', 'x'])).toBe(true);
    expect(isMissed(['alias.x', '!x'])).toBe(false);
  });
  test('hooks that a configuration names are switched off, and are no part of the work', () => {
    const settings: Setting[] = [
      ['hook.a.b.command', 'touch'],
      ['hook.a.b.event', 'pre-push'],
      ['hook.jobs', '2'],
    ];
    expect(hooksOff(settings)).toEqual([
      ['hook.a.b.enabled', 'false'],
      ['hook.a.b.command', 'true'],
    ]);
    expect(settings.filter(isForWork)).toEqual([['hook.jobs', '2']]);
    expect(isForWork(['includeif.gitdir:x.path', 'y'])).toBe(false);
  });
  test('the listing of git is read as it is written', () => {
    const listing = 'local\0file:.git/config\0a.b\nc\nd\0global\0file:x\0e.f\0';
    expect(parseListing(listing)).toEqual([
      { scope: 'local', file: '.git/config', setting: ['a.b', 'c\nd'] },
      { scope: 'global', file: 'x', setting: ['e.f', 'true'] },
    ]);
  });
  test('settings are written so that git reads them again', async () => {
    const settings: Setting[] = [
      ['user.name', 'Ada "the" \\ #;\t\n x '],
      ['url.https://x.example/a"b\\c.d/.insteadof', 'y'],
      ['a.b', ''],
    ];
    writeFileSync(join(folder, 'written'), formatSettings(settings));
    const listed = await gitIn(folder, 'config', '--file', 'written', '--list', '-z');
    expect(listed.split('\0').filter((one) => one !== '')).toEqual(settings.map(([key, value]) => `${key}\n${value}`));
  });
});

describe('git of the user', () => {
  test('says which settings it did not use, where a remote is not reached', async () => {
    await gitIn(checkout, 'config', 'core.sshCommand', '/tmp/own-ssh --fast');
    const { code, stderr } = await new UserGit(checkout).status(['ls-remote'], join(folder, 'nowhere'));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /\nthis checkout sets core\.sshcommand, which is ignored .*: git config --global core\.sshcommand VALUE$/,
    );
  });
  test('takes what looks like an option for what it stands for', async () => {
    const git = new UserGit(checkout);
    const mark = join(folder, 'mark');
    expect((await git.status(['ls-remote'], `--upload-pack=touch ${mark}`)).code).not.toBe(0);
    await git.tryFetch(`--upload-pack=touch ${mark}`, 'main');
    await expect(git.fetchBranch(remote, `--upload-pack=touch ${mark}`, 'x')).rejects.toThrow('git fetch');
    expect(existsSync(mark)).toBe(false);
  });
  test('finds the top above a folder that looks like a repository', () => {
    writeFiles(join(checkout, 'specs/001-login'), bareRepository(''));
    expect(new UserGit(join(checkout, 'specs/001-login')).top).toBe(checkout);
  });
  test.each([
    ['written there', (config: string) => writeFileSync(join(checkout, '.git/config'), config, { flag: 'a' })],
    [
      'included from the tree',
      (config: string) => {
        writeFileSync(join(checkout, 'team.gitconfig'), config);
        writeFileSync(join(checkout, '.git/config'), '[include]\npath = ../team.gitconfig\n', { flag: 'a' });
      },
    ],
  ])('starts no program of the checkout’s configuration, %s', async (_, configure) => {
    const canary = new Canary(join(folder, 'canary'));
    const [, theirs] = [
      await commitTo(remote, 'ours', { 'a.txt': 'ours\n' }, 'ours', { from: 'main' }),
      await commitTo(remote, 'theirs', { 'a.txt': 'theirs\n' }, 'theirs', { from: 'main' }),
    ];
    await gitIn(checkout, 'fetch', '--quiet', 'origin');
    writeFileSync(join(checkout, '.gitattributes'), '* merge=evil filter=evil\n');
    configure(
      `[remote "origin"]\nuploadpack = ${canary.command}\n[merge "evil"]\ndriver = ${canary.command}\n[gpg]\nprogram = ${canary.command}\n`,
    );
    const git = new UserGit(checkout);
    expect((await git.status(['ls-remote'], 'origin')).code).toBe(0);
    await git.status(['merge-tree', '--write-tree'], await gitIn(remote, 'rev-parse', 'ours'), theirs);
    expect(canary.sang).toBe(false);
  });
  test('takes names and proxies from the checkout’s configuration, and none from a file of the tree', async () => {
    writeFileSync(join(checkout, 'team.gitconfig'), '[user]\nname = Eve\n[http]\nproxy = http://eve.example\n');
    writeFileSync(join(folder, 'outside.gitconfig'), '[user]\nemail = work@example.com\n');
    const config = [
      '[http]\nproxy = http://proxy.example',
      '[include]\npath = ../team.gitconfig',
      `path = ${folder}/outside.gitconfig`,
    ];
    writeFileSync(join(checkout, '.git/config'), `${config.join('\n')}\n`, { flag: 'a' });
    const git = new UserGit(checkout);
    const values = ['user.name', 'user.email', 'http.proxy'].map((key) => git.try(['config', '--get'], key));
    expect(await Promise.all(values)).toEqual(['Ada', 'work@example.com', 'http://proxy.example']);
  });
  test('takes the user’s own configuration as git has it in the checkout', async () => {
    writeFileSync(join(folder, 'work.gitconfig'), '[user]\nemail = work@example.com\n');
    writeFileSync(
      process.env.GIT_CONFIG_GLOBAL ?? '',
      `[includeIf "gitdir:${checkout}/.git"]\npath = ${folder}/work.gitconfig\n[includeIf "onbranch:main"]\npath = ${folder}/more\n`,
      { flag: 'a' },
    );
    writeFileSync(join(folder, 'more'), '[user]\nname = "Ada of \\"main\\""\n');
    const git = new UserGit(checkout);
    expect(await git.try(['config', '--get'], 'user.email')).toBe('work@example.com');
    expect(await git.try(['config', '--get'], 'user.name')).toBe('Ada of "main"');
  });
  test('takes names of the configuration of one worktree, and refuses to push by a file that it includes', async () => {
    await gitIn(checkout, 'config', 'extensions.worktreeConfig', 'true');
    writeFileSync(join(checkout, 'team.gitconfig'), '[user]\nname = Eve\n');
    writeFileSync(join(checkout, '.git/config.worktree'), '[user]\nname = Tree\n[include]\npath = ../team.gitconfig\n');
    const git = new UserGit(checkout);
    expect(await git.try(['config', '--get'], 'user.name')).toBe('Tree');
    await expect(git.ownPush([], remote, 'HEAD:refs/heads/x')).rejects.toThrow(
      'team.gitconfig, which any branch can change',
    );
  });
  test('knows the trees of other worktrees and of the repository that has it as a submodule', async () => {
    const linked = join(folder, 'linked');
    await gitIn(checkout, 'worktree', 'add', '--quiet', '-b', 'other', linked);
    writeFileSync(join(checkout, 'team.gitconfig'), '[user]\nname = Eve\n');
    writeFileSync(join(checkout, '.git/config'), '[include]\npath = ../team.gitconfig\n', { flag: 'a' });
    await expect(new UserGit(linked).ownPush([], remote, 'HEAD:refs/heads/x')).rejects.toThrow(
      'which any branch can change',
    );
    writeFileSync(join(linked, 'more.gitconfig'), '[user]\nname = Eve\n');
    writeFileSync(join(checkout, '.git/config'), `[include]\npath = ${linked}/more.gitconfig\n`, { flag: 'a' });
    rmSync(join(checkout, 'team.gitconfig'));
    await expect(new UserGit(checkout).ownPush([], remote, 'HEAD:refs/heads/x')).rejects.toThrow(
      'more.gitconfig, which',
    );
    const above = join(folder, 'above');
    await gitIn(folder, 'init', '--quiet', above);
    await gitIn(above, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote, 'sub');
    writeFileSync(join(above, 'team.gitconfig'), '[user]\nname = Eve\n');
    writeFileSync(join(above, '.git/modules/sub/config'), '[include]\npath = ../../../team.gitconfig\n', { flag: 'a' });
    const inside = new UserGit(join(above, 'sub'));
    expect(await inside.try(['config', '--get'], 'user.name')).toBe('Ada');
    await expect(inside.ownPush([], remote, 'HEAD:refs/heads/x')).rejects.toThrow('which any branch can change');
    expect(() => UserGit.of(above, join(above, 'sub'))).toThrow(
      /is not in the repository .*above, but in .*sub inside of it/,
    );
  });
  test('says what keeps git from working with the checkout', async () => {
    rmSync(join(checkout, '.git/HEAD'));
    await expect(new UserGit(checkout).check()).rejects.toThrow('git rev-parse: fatal: not a git repository');
  });
  test('takes no folder of a tree for a repository', async () => {
    for (const git of [new UserGit(checkout), new UserGit(folder)]) {
      expect(await git.run(['config', '--get'], 'safe.bareRepository')).toBe('explicit');
      expect(await git.here(['config', '--get'], 'safe.bareRepository')).toBe('explicit');
    }
  });
  test('speaks no protocol of another program, also where the user allows that', async () => {
    const mark = join(folder, 'mark');
    writeFileSync(process.env.GIT_CONFIG_GLOBAL ?? '', '[protocol "ext"]\nallow = always\n', { flag: 'a' });
    for (const where of [checkout, folder]) await new UserGit(where).status(['ls-remote'], `ext::touch ${mark}`);
    expect(existsSync(mark)).toBe(false);
  });
  test('speaks no protocol where the user has allowed fewer', async () => {
    const before = process.env.GIT_ALLOW_PROTOCOL;
    process.env.GIT_ALLOW_PROTOCOL = 'https:ext';
    try {
      const { code, stderr } = await new UserGit(checkout).status(['ls-remote'], remote);
      expect([code, stderr]).toEqual([128, expect.stringMatching(/transport 'file' not allowed/)]);
    } finally {
      if (before === undefined) delete process.env.GIT_ALLOW_PROTOCOL;
      else process.env.GIT_ALLOW_PROTOCOL = before;
    }
  });
  test('asks no remote while it reads refs, also of a clone that lacks objects', async () => {
    const other = join(folder, 'partial');
    await gitIn(folder, 'clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${remote}`, other);
    const mark = join(folder, 'mark');
    await gitIn(other, 'config', 'remote.origin.uploadpack', `touch ${mark}; git-upload-pack`);
    expect(await new UserGit(other).here(['cat-file', 'blob'], 'HEAD:a.txt')).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });
  test('is where the user is, also when a hook has started it', async () => {
    const before = process.env.GIT_DIR;
    process.env.GIT_DIR = join(folder, 'elsewhere');
    try {
      expect(await new UserGit(checkout).here(['symbolic-ref', '--short'], 'HEAD')).toBe('main');
    } finally {
      if (before === undefined) delete process.env.GIT_DIR;
      else process.env.GIT_DIR = before;
    }
  });
  test('finds the top from below, also through a linked worktree', async () => {
    expect(new UserGit(join(checkout, 'specs/001-login')).top).toBe(checkout);
    const linked = join(folder, 'linked');
    await gitIn(checkout, 'worktree', 'add', '--quiet', '-b', 'other', linked);
    const git = new UserGit(join(linked, 'specs'));
    expect([git.top, await git.here(['symbolic-ref', '--short'], 'HEAD')]).toEqual([linked, 'other']);
    await git.fetch(remote, 'main');
    expect(await git.try(['config', '--get'], 'remote.origin.url')).toBe(remote);
  });
  test('works outside of any checkout', async () => {
    const git = new UserGit(folder);
    expect(git.top).toBeUndefined();
    expect(await git.run(['ls-remote'], remote, 'refs/heads/main')).toMatch(/^[0-9a-f]{40}\trefs\/heads\/main$/);
  });
  test.each([
    ['shallow', ['--depth', '1']],
    ['partial', ['--filter=blob:none', '--no-checkout']],
  ])('fetches into a %s clone as into any other', async (name, options) => {
    const other = join(folder, name);
    await commitTo(remote, 'main', { 'a.txt': 'b\n' }, 'second');
    await gitIn(folder, 'clone', '--quiet', ...options, `file://${remote}`, other);
    const commit = await commitTo(remote, 'work', { 'w.txt': 'w\n' }, 'work', { from: 'main' });
    const git = new UserGit(other);
    await git.fetchBranch(`file://${remote}`, 'refs/heads/work', 'mine');
    expect(await gitIn(other, 'rev-parse', 'refs/heads/mine')).toBe(commit);
    expect(await git.run(['cat-file', 'blob'], `${commit}:a.txt`)).toBe('b');
    expect(await gitIn(other, 'log', '-1', '--format=%s', 'mine')).toBe('work');
    await gitIn(other, 'fsck', '--connectivity-only');
  });
  test('makes a branch and never changes one', async () => {
    const git = new UserGit(checkout);
    await gitIn(checkout, 'branch', 'taken');
    await commitTo(remote, 'work', { 'w.txt': 'w\n' }, 'work');
    await expect(git.fetchBranch(remote, 'refs/heads/work', 'taken')).rejects.toThrow('git update-ref');
    expect(await gitIn(checkout, 'rev-parse', 'taken')).toBe(await gitIn(checkout, 'rev-parse', 'main'));
  });
  test('leaves nothing of its own among the user’s refs', async () => {
    const git = new UserGit(checkout);
    await git.fetchBranch(remote, 'refs/heads/main', 'mine');
    const refs = (await gitIn(checkout, 'for-each-ref', '--format=%(refname)')).split('\n');
    expect(refs).toEqual([
      'refs/heads/main',
      'refs/heads/mine',
      'refs/remotes/origin/HEAD',
      'refs/remotes/origin/main',
    ]);
    expect(await gitIn(checkout, 'status', '--porcelain')).toBe('');
    const own = await git.run(['rev-parse', '--absolute-git-dir']);
    expect([dirname(own), existsSync(own)]).toEqual([tmpdir(), true]);
    end();
    expect(existsSync(own)).toBe(false);
  });
});

test('a branch is found among as many as a large repository has', async () => {
  const head = await gitIn(remote, 'rev-parse', 'main');
  await fastImport(
    checkout,
    Array.from(
      { length: 20_000 },
      (_, n) => `reset refs/remotes/origin/a-branch-of-${n}-${'x'.repeat(60)}\nfrom ${head}\n\n`,
    ).join(''),
  );
  await gitIn(checkout, 'update-ref', 'refs/remotes/origin/zz-login', head);
  writeFileSync(join(checkout, 'b.txt'), 'b\n');
  await gitIn(checkout, 'add', '.');
  await gitIn(checkout, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'mine alone');
  const asked = { tasks: ['T001'], branch: 'zz-login', hasBase: false, hasPrompt: false };
  expect(await localContext('specs/001-login', checkout, asked)).toEqual({ contextPath: 'specs/001-login' });
});

test('no other file of the commands starts git', () => {
  const cli = fileURLToPath(new URL('../../src/cli', import.meta.url));
  const sources = readdirSync(cli, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const starting = sources.filter(({ parentPath, name }) =>
    /['"`]git['"`]\s*,\s*\[|\(\s*'git'/.test(readFileSync(join(parentPath, name), 'utf8')),
  );
  expect(starting.map(({ name }) => name)).toEqual(['git-process.ts']);
});
