import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agentRunner } from '../../src/cli/agent-runner.js';
import { gitIn } from '../support/git-server.js';
import { type Around, runIn } from './terminal.js';

let folder: string;
let project: string;
let count = 0;
const LIST = [
  '# Tasks: Login',
  '## Phase 1: Setup',
  '- [x] T001 [SYNC] Create the project',
  '- [ ] T002 [SYNC] Choose the store',
  '- [ ] T003 [P] [ASYNC] Create src/log.ts',
  '## Phase 2: Core',
  '- [ ] T004 [P] [ASYNC] [US1] Create src/user.ts (depends on T003)',
  '- [ ] T005 [P] Create src/session.ts',
  '- [ ] T006 Check it — DEFERRED',
  '- [-] T007 Tell everybody',
];

/** Writes files to a folder of its own. */
function write(files: Readonly<Record<string, string | Buffer>>): string {
  const top = join(folder, `project-${++count}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}
const plan = (args: readonly string[], around: Partial<Around> = {}) =>
  runIn(agentRunner, ['plan', ...args], { cwd: project, ...around });
const json = async (...args: string[]) => JSON.parse((await plan([...args, '--json'])).out);

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-runner-plan-')));
  project = write({ 'specs/001-login/tasks.md': LIST.join('\n') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('agent-runner plan', () => {
  test('shows the tasks by phase, the waves with what stops them, and the warnings', async () => {
    const { code, out, err } = await plan(['specs/001-login']);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      '001-login (specs/001-login/tasks.md): 7 tasks: 1 done, 2 for pods, 3 for you, 1 set aside',
      '',
      'Phase 1: Setup',
      '  T001  SYNC          done   Create the project',
      '  T002  SYNC                 Choose the store',
      '  T003  ASYNC    [P]         Create src/log.ts',
      '',
      'Phase 2: Core',
      '  T004  ASYNC    [P]         Create src/user.ts (depends on T003)',
      '  T005  (SYNC)   [P]         Create src/session.ts',
      '  T006  (SYNC)               Check it — DEFERRED',
      '  T007  (SYNC)        aside  Tell everybody',
      '',
      'Waves, one after the other; the pods of a wave run at the same time:',
      '  1  T003',
      '  stop: first do T002 of Phase 1, tick and push',
      '  2  T004',
      '',
      'specs/001-login/tasks.md:9: T006 says DEFERRED and its box is open, so it counts as open: write [-], or strike it through',
      'specs/001-login/tasks.md:10: T007 is neither open nor done, so it is left out and nothing waits for it: tick it, or open it again',
    ]);
  });

  test('prints it for programs', async () => {
    const { feature, tasks, waves, warnings, stops } = await json('specs/001-login');
    expect(feature).toBe('001-login');
    expect(tasks).toHaveLength(7);
    expect(tasks[3]).toEqual({
      ...{ id: 'T004', mode: 'ASYNC', parallel: true, done: false, phase: 2, story: 'US1' },
      ...{ description: 'Create src/user.ts (depends on T003)', files: ['src/user.ts'], dependsOn: ['T003'], line: 7 },
    });
    expect(tasks[4]).toMatchObject({ id: 'T005', mode: null, story: null });
    expect(tasks[6]).toMatchObject({ id: 'T007', done: false, setAside: true });
    expect(waves).toEqual([['T003'], ['T004']]);
    expect(stops).toEqual([{ wave: 1, tasks: ['T002'] }]);
    expect(warnings.map(({ line }: { line: number }) => line)).toEqual([9, 10]);
  });

  test('prints nothing but feature, tasks, waves and warnings where no human is waited for', async () => {
    const top = write({ 'tasks.md': '- [ ] T001 [ASYNC] Do\n' });
    expect(Object.keys(await json(join(top, 'tasks.md')))).toEqual(['feature', 'tasks', 'waves', 'warnings']);
  });

  test('gives tasks that nothing is said of to pods, if that is wanted', async () => {
    expect((await json('specs/001-login', '--default-mode', 'async')).waves).toEqual([
      ['T003'],
      ['T004', 'T005'],
      ['T006'],
    ]);
    const { out } = await plan(['specs/001-login', '--default-mode=ASYNC']);
    expect(out).toContain('T005  (ASYNC)  [P]');
  });

  test('says of a list in UTF-16 how to save it', async () => {
    const cwd = write({ 'tasks.md': Buffer.from(`\uFEFF${LIST.join('\n')}`, 'utf16le') });
    const { code, err } = await plan(['.'], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(/tasks\.md is UTF-16 or not a text; save it as UTF-8/);
  });

  test('asks tasks_meta.json beside the list, and says when that cannot be read', async () => {
    const tasks = { T005: { execution_mode: 'ASYNC' }, T003: { execution_mode: 'SYNC' } };
    const list = { 'tasks.md': LIST.join('\n') };
    const good = await json(write({ ...list, 'tasks_meta.json': JSON.stringify({ tasks }) }));
    expect([good.tasks[4].mode, good.tasks[2].mode]).toEqual(['ASYNC', 'ASYNC']);
    expect(good.warnings[0].message).toContain('T003 is SYNC in tasks_meta.json');
    const bad = write({ ...list, 'tasks_meta.json': '{' });
    const { code, out } = await plan(['.'], { cwd: bad });
    expect(code).toBe(0);
    expect(out).toContain('\ntasks.md: tasks_meta.json next to it is not in the format of spec-kit');
  });

  test('cuts to the width of the terminal', async () => {
    const { out } = await plan(['specs/001-login'], { columns: 40 });
    expect(out).toContain('\n  T004  ASYNC    [P]         Create src…\n');
  });

  test('prints nothing that steers the terminal', async () => {
    const top = write({ 'tasks.md': '- [ ] T001 [ASYNC] Do \u001b]0;title\u0007 \u009b2J it\n' });
    expect((await plan([top])).out).not.toMatch(/[\u001b\u0007\u009b]/);
  });

  test('takes a link for what it leads to', async () => {
    const top = write({ 'specs/001-login/tasks.md': '- [ ] T001 a' });
    symlinkSync('specs/001-login', join(top, 'current'));
    symlinkSync('specs/001-login/tasks.md', join(top, 'list.md'));
    for (const link of ['current', 'list.md'])
      expect((await plan([link], { cwd: top })).out).toContain('001-login (specs/001-login/tasks.md): 1 task');
    symlinkSync('gone', join(top, 'dead'));
    expect(await plan(['dead'], { cwd: top })).toMatchObject({
      code: 2,
      err: expect.stringContaining('"dead" does not exist'),
    });
  });
  test('says what a task is where there is none', async () => {
    const { code, out } = await plan([write({ 'tasks.md': '# Tasks\n' })]);
    expect(code).toBe(0);
    expect(out).toContain('no tasks; a task is a line like "- [ ] T001 [ASYNC] Create src/user.ts"');
  });

  test.each([
    [['nowhere'], '"nowhere" does not exist'],
    [['specs'], '"specs" names'],
    [['a', 'b'], 'give one tasks.md or feature directory'],
    [['--default-mode', 'pods'], '--default-mode "pods" is unknown; allowed are sync, async, heuristic'],
    [['--frobnicate'], 'flag --frobnicate is unknown'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, err } = await plan(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain('See agent-runner plan --help.');
  });

  test('shows its help', async () => {
    const { code, out } = await plan(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('agent-runner plan [tasks.md | feature directory]');
  });
});

describe('without an argument the feature is', () => {
  const two = { 'specs/001-login/tasks.md': '- [ ] T001 a', 'specs/002-shop/tasks.md': '- [ ] T001 b' };
  const featureIn = async (cwd: string, env: Record<string, string> = {}) => {
    const { code, out, err } = await plan(['--json'], { cwd, env });
    return code === 0 ? JSON.parse(out).feature : err;
  };
  const recorded = (directory: string) => ({
    '.specify/feature.json': JSON.stringify({ feature_directory: directory }),
  });
  const onBranch = async (top: string, branch: string) => {
    await gitIn(top, 'init', '--quiet', '--initial-branch', branch);
    await gitIn(top, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'first');
    return top;
  };

  test('that of SPECIFY_FEATURE_DIRECTORY, before any other', async () => {
    const top = write({ ...two, ...recorded('specs/002-shop') });
    expect(await featureIn(top, { SPECIFY_FEATURE_DIRECTORY: 'specs/001-login' })).toBe('001-login');
    expect(await featureIn(top, { SPECIFY_FEATURE_DIRECTORY: join(top, 'specs/001-login') })).toBe('001-login');
  });
  test('that of .specify/feature.json, from any folder below', async () => {
    const top = write({ ...two, ...recorded('specs/002-shop'), 'src/deep/a.ts': '' });
    expect(await featureIn(join(top, 'src/deep'), { SPECIFY_FEATURE: '001-login' })).toBe('002-shop');
  });
  test('that of SPECIFY_FEATURE', async () => {
    expect(await featureIn(write({ ...two, '.specify/x': '' }), { SPECIFY_FEATURE: '001-login' })).toBe('001-login');
  });
  test.each(['002-shop', '002-another-name', 'feat/002-shop'])('that of the branch %s', async (branch) => {
    expect(await featureIn(await onBranch(write({ ...two, '.specify/feature.json': '{' }), branch))).toBe('002-shop');
  });

  test('looked for beside links that lead to nothing', async () => {
    const top = write({ ...two, '.specify/x': '' });
    symlinkSync('gone', join(top, 'specs/003-dead'));
    symlinkSync('004-self', join(top, 'specs/004-self'));
    expect(await featureIn(top, { SPECIFY_FEATURE: '001-login' })).toBe('001-login');
    expect(await featureIn(top, { SPECIFY_FEATURE: '003-dead' })).toContain('branch "003-dead" has no directory in');
  });
  test('refused where specs is no directory', async () => {
    expect(await featureIn(write({ specs: '', '.specify/x': '' }), { SPECIFY_FEATURE: '001-login' })).toContain(
      'branch "001-login" has no directory in',
    );
  });
  test('refused where what was named has no tasks.md', async () => {
    const top = write({ ...recorded('specs/003-none') });
    expect(await featureIn(top)).toContain(
      `.specify/feature.json names ${join(top, 'specs/003-none')}, which has no tasks.md`,
    );
    expect(await featureIn(top, { SPECIFY_FEATURE_DIRECTORY: 'x' })).toContain('SPECIFY_FEATURE_DIRECTORY names');
  });
  test('refused where a number is that of two', async () => {
    const top = write({ 'specs/001-a/tasks.md': '', 'specs/001-b/tasks.md': '', '.specify/x': '' });
    expect(await featureIn(top, { SPECIFY_FEATURE: '001-c' })).toContain('may mean 001-a or 001-b');
    expect(await featureIn(top, { SPECIFY_FEATURE: '001-b' })).toBe('001-b');
  });
  test('refused with where was looked and what there is', async () => {
    const top = write({ ...two, '.specify/x': '' });
    const err = await featureIn(await onBranch(top, 'main'));
    expect(err).toContain('SPECIFY_FEATURE_DIRECTORY is not set');
    expect(err).toContain(`${join(top, '.specify/feature.json')} names none`);
    expect(err).toContain('branch "main" has no directory');
    expect(err).toContain('there are specs/001-login, specs/002-shop: give its path, like specs/001-login');
  });
});
