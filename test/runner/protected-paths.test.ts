import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PROTECTED_KINDS } from '../../src/run/protected-globs.js';
import { Git } from '../../src/runner/git/git.js';
import { withoutChanges } from '../../src/runner/git/restore.js';
import { allowanceOf, isAllowed, isProtected, protectedChanges } from '../../src/runner/paths/protected-paths.js';
import { machine } from '../../src/runner/process/machine.js';
import { gitIn } from '../support/git-repository.js';
import { EXAMPLES, LOOK_ALIKES } from './protected-examples.js';

let folder: string;
let git: Git;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-protected-'));
  git = new Git(machine(folder), 'https://git.example/owner/name');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(...paths: string[]) {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${Math.random()}\n`);
  }
}
function link(path: string, target: string) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  symlinkSync(target, join(folder, path));
}
const written = async () => {
  if (!existsSync(join(folder, '.git'))) await gitIn(folder, 'init', '--quiet');
  await gitIn(folder, 'add', '--all', '--force');
  return gitIn(folder, 'write-tree');
};

interface Case {
  /** The task as its list has it. */
  readonly task?: string;
  readonly allow?: readonly string[];
  readonly allowNamedByTask?: boolean;
}

/** What a commit changes of a tree, and what is told of the rest. */
async function changes(start: string, tree: string, { task, allow = [], allowNamedByTask = true }: Case = {}) {
  const repository = join(folder, '.git');
  const allowance = allowanceOf({ allow, allowNamedByTask }, task);
  const { files, named } = await protectedChanges(git, repository, start, tree, allowance);
  const committed = await withoutChanges(git, repository, tree, files, 'latin1');
  const names = await gitIn(folder, 'diff-tree', '-r', '-z', '--name-only', start, committed);
  return { names: names.split('\0').filter((name) => name !== ''), named };
}
/** The paths of a commit when the agent adds these. */
const committedOf = async (paths: readonly string[], options?: Case) => {
  const start = await written();
  put(...paths);
  return (await changes(start, await written(), options)).names;
};
const pathsOf = (named: readonly { path: string }[]) => named.map(({ path }) => path).sort();

const NOBODYS = [
  ...['.agentic-sdlc/worktrees/x.txt', '.opencode/plugin/x.js', '.opencode/plugins/x.js'],
  ...['specs/.async_state/T001.txt', 'specs/001-a/tasks.md', 'specs/001-a/tasks_meta.json', 'specs/002-b/tasks.md'],
  ...['sub/.git-credentials', 'sub/.hg/hgrc', 'sub/.jj/repo/config.toml', 'sub/.netrc', 'sub/.sl/config', 'tasks.md'],
];
const OPENCODES = [
  ...['.opencode/.gitignore', '.opencode/bun.lock', '.opencode/node_modules/x.js'],
  ...['.opencode/package-lock.json', '.opencode/package.json'],
];

test('what is nobody’s work is in no commit, and is named, but for what OpenCode itself writes', async () => {
  const start = await written();
  put('a.txt', ...NOBODYS, ...OPENCODES);
  const { names, named } = await changes(start, await written());
  expect(names).toEqual(['a.txt']);
  expect(pathsOf(named)).toEqual(NOBODYS);
});

test('what the repository has stays as it was, whether it was changed or removed, and is named', async () => {
  put('a.txt', ...NOBODYS, ...OPENCODES);
  const start = await written();
  put('a.txt', '.opencode/package.json', 'sub/.netrc');
  rmSync(join(folder, 'specs/001-a/tasks.md'));
  const { names, named } = await changes(start, await written());
  expect(names).toEqual(['a.txt']);
  expect(pathsOf(named)).toEqual(['.opencode/package.json', 'specs/001-a/tasks.md', 'sub/.netrc']);
});

test('a file in the place of their folder does not stay', async () => {
  put('.opencode/plugin/x.js', '.opencode/agent/x.md');
  const start = await written();
  rmSync(join(folder, '.opencode'), { recursive: true });
  put('.opencode', 'a.txt');
  const { names, named } = await changes(start, await written());
  expect(names).toEqual(['a.txt']);
  expect(pathsOf(named)).toEqual(['.opencode', '.opencode/agent/x.md', '.opencode/plugin/x.js']);
});

test.each(['tasks.md', 'Tasks.md', 'specs/002-x/tasks.md', 'docs/guide/tasks.md', '.github/tasks.md'])(
  'no task list is in a commit, whoever allows it: %s',
  async (path) => {
    put(path);
    const start = await written();
    put(path, 'a.txt');
    const { names, named } = await changes(start, await written(), { task: `Change \`${path}\``, allow: [path] });
    expect(names).toEqual(['a.txt']);
    expect(named).toEqual([{ path, allowable: false }]);
  },
);

describe('what is in the way of a path that stays', () => {
  test('as a file or a link in the place of a folder, is named', async () => {
    put('web/.husky/pre-commit', 'web/a.txt', 'app/deep/.vscode/tasks.json', 'b.txt');
    const start = await written();
    for (const path of ['web', 'app/deep']) rmSync(join(folder, path), { recursive: true });
    put('web', 'b.txt');
    link('app/deep', '../b.txt');
    const { names, named } = await changes(start, await written());
    expect(names).toEqual(['b.txt', 'web/a.txt']);
    expect(pathsOf(named)).toEqual(['app/deep', 'app/deep/.vscode/tasks.json', 'web', 'web/.husky/pre-commit']);
    expect(named).toContainEqual({ path: 'web', allowable: false });
  });
  test('as a folder in the place of a file, is named', async () => {
    put('AGENTS.md', 'a.txt');
    const start = await written();
    rmSync(join(folder, 'AGENTS.md'));
    put('AGENTS.md/x/a.txt', 'b.txt');
    const { names, named } = await changes(start, await written());
    expect(names).toEqual(['b.txt']);
    expect(pathsOf(named)).toEqual(['AGENTS.md', 'AGENTS.md/x/a.txt']);
  });
  test('in a repository that git may take for a bare one, is named', async () => {
    put('x/HEAD', 'x/objects/a', 'x/refs/a', 'x/hooks/a/b');
    const start = await written();
    rmSync(join(folder, 'x/hooks/a'), { recursive: true });
    put('x/hooks/a');
    const { names, named } = await changes(start, await written());
    expect(names).toEqual([]);
    expect(pathsOf(named)).toEqual(['x/hooks/a', 'x/hooks/a/b']);
  });
  test('commits what takes the place of a path that does not stay', async () => {
    put('web/a.txt', '.azure');
    const start = await written();
    rmSync(join(folder, 'web'), { recursive: true });
    rmSync(join(folder, '.azure'));
    put('web', '.azure/a.txt', '.azure/pipelines/x.yml');
    const { names, named } = await changes(start, await written());
    expect(names).toEqual(['.azure', '.azure/a.txt', 'web', 'web/a.txt']);
    expect(pathsOf(named)).toEqual(['.azure/pipelines/x.yml']);
  });
});

describe('a protected path', () => {
  test('is each that the table of this test has', () => {
    expect(PROTECTED_KINDS.flatMap(({ globs }) => globs)).toEqual(Object.keys(EXAMPLES));
  });
  test.each(Object.entries(EXAMPLES))('is %s', (_, paths) => {
    expect(paths.filter((path) => !isProtected(path))).toEqual([]);
  });
  test.each(LOOK_ALIKES)('is not %s', (path) => expect(isProtected(path)).toBe(false));
  test('is not committed', async () => {
    const first = PROTECTED_KINDS.map(({ globs }) => EXAMPLES[globs[0] ?? '']?.[0] ?? '');
    expect(await committedOf(['a.txt', ...first, '.gitignore'])).toEqual(['.gitignore', 'a.txt']);
  });
  test.each([
    ['as .GitHub', '.GitHub/workflows/ci.yml'],
    ['as .VSCODE', '.VSCODE/tasks.json'],
    ['as agents.md', 'agents.md'],
    ['as jenkinsfile', 'jenkinsfile'],
    ['as codeowners', 'codeowners'],
    ['as owners', 'owners'],
    ['as a name in capital letters below the top', 'src/AGENTS.md'],
    ['as such a name with a joiner that macOS leaves out', 'src/AGEN\u200cTS.md'],
    ['with a long s', '.hu\u017fky/pre-commit'],
    ['with the sign of Kelvin', '.\u212airo/x.md'],
    ['with a joiner that macOS leaves out', '.g\u200cithub/x.yml'],
  ])('is one in any case that a file system may fold: %s', (_, path) => expect(isProtected(path)).toBe(true));
  test('is a link in the place of its folder, or of a folder above it', async () => {
    const start = await written();
    put('elsewhere/tasks.json');
    for (const path of ['.vscode', '.azure', 'web/.husky']) link(path, 'elsewhere');
    expect((await changes(start, await written())).names).toEqual(['elsewhere/tasks.json']);
  });
  test('stays when the agent deletes it, and is named', async () => {
    put('.github/workflows/ci.yml', 'a.txt');
    const start = await written();
    rmSync(join(folder, '.github'), { recursive: true });
    put('a.txt');
    const { names, named } = await changes(start, await written());
    expect(names).toEqual(['a.txt']);
    expect(named).toEqual([{ path: '.github/workflows/ci.yml', allowable: true }]);
  });
  test('is one whose name is no text', async () => {
    const start = await written();
    const blob = await gitIn(folder, 'hash-object', '-w', '/dev/null');
    put('a.txt');
    await written();
    const entry = Buffer.concat([
      Buffer.from(`100644 ${blob}\t.github/workflows/`),
      Buffer.from([0xff]),
      Buffer.from('.yml\0'),
    ]);
    const index = { env: { GIT_DIR: join(folder, '.git') }, input: entry.toString('latin1') };
    await git.run(folder, ['update-index', '-z', '--index-info'], { ...index, encoding: 'latin1' });
    expect((await changes(start, await gitIn(folder, 'write-tree'))).names).toEqual(['a.txt']);
  });
});

describe('a protected path is committed where', () => {
  const WORKFLOW = '.github/workflows/ci.yml';
  test.each([
    ['Add `.github/workflows/ci.yml`', WORKFLOW],
    ['Add .github/workflows/ci.yml.', WORKFLOW],
    ['Add ./.github/workflows/ci.yml: it runs the tests', WORKFLOW],
    ['Add .github/workflows/ci.yml:12', WORKFLOW],
    ['Add **.github/workflows/ci.yml**', WORKFLOW],
    ['Add [the workflow](.github/workflows/ci.yml)', WORKFLOW],
    ['Add `.github/workflows/{ci,release}.yml`', WORKFLOW],
    ['Add .github/workflows/{ci,release}.yml', WORKFLOW],
    ['Add `.github/workflows/*.yml`', WORKFLOW],
    ['Add `.github/**`', WORKFLOW],
    ['Add the workflows (in .github/workflows/)', WORKFLOW],
    ['Add the workflows in .github/workflows', WORKFLOW],
    ['Set up .devcontainer/ for Python', '.devcontainer/devcontainer.json'],
    ['Set up `.vscode`', '.vscode/tasks.json'],
    ['Write .envrc', '.envrc'],
    ['Write .husky/pre-commit', '.husky/pre-commit'],
    ['Write CLAUDE.md', 'CLAUDE.md'],
    ['Write AGENTS.md, Jenkinsfile and `OWNERS`', 'OWNERS'],
    ['Write AGENTS.md, Jenkinsfile and `OWNERS`', 'Jenkinsfile'],
    ['Write `**/AGENTS.md`', 'src/AGENTS.md'],
    ['Write CODEOWNERS.', 'CODEOWNERS'],
    ['Add `.github/workflows/ci.yml`, but do not change anything else in `.github/`', WORKFLOW],
    ['If it does not exist yet, write CODEOWNERS', 'CODEOWNERS'],
  ])('the task says: %s', (task, path) => expect(isAllowed(allowanceOf(undefined, task), path)).toBe(true));

  test.each([
    ['Add `.github/workflows/release.yml`', WORKFLOW],
    ['Add `.github/workflows/*.yaml`', WORKFLOW],
    ['Add `.github/*.yml`', WORKFLOW],
    ['Add .GitHub/workflows/ci.yml', WORKFLOW],
    ['Add `.github/../.github/workflows/ci.yml`', WORKFLOW],
    ['Add `/.github/workflows/ci.yml`', WORKFLOW],
    ['Write it as told per .github/workflows/ci.yml', WORKFLOW],
    ['Write it, see `.github/workflows/ci.yml`', WORKFLOW],
    ['Write it according to the .github/workflows/ci.yml', WORKFLOW],
    ['Do not touch `.github/workflows/ci.yml`', WORKFLOW],
    ['Write it without changing anything in .github/', WORKFLOW],
    ['It doesn’t change .github/workflows/ci.yml', WORKFLOW],
    ['See https://host.example/.github/workflows/ci.yml', WORKFLOW],
    ...['.', './', '/', '`/`', '`**`', '`*`', '`**/*`', '`*/**`', '`.*`', '`**/.*`', '`.*/**`', '``', '`..`'].map(
      (path) => [`Change ${path}`, WORKFLOW] as const,
    ),
    ['Change everything in `src/`', 'src/AGENTS.md'],
    ['Change `src/**`', 'src/.envrc'],
    ['Change `*.yml`', '.travis.yml'],
    ['Write AGENTS.md', 'src/AGENTS.md'],
    ['Notify OWNERS when a ticket closes', 'OWNERS'],
    ['Update `**/.github/**`', WORKFLOW],
    ['Update **/.github/**', WORKFLOW],
    ['Update `.github/`, but do not touch `.github/workflows/ci.yml`', WORKFLOW],
    ['Update `.github/**`; leave `.github/workflows/*.yml` as they are', WORKFLOW],
    ['Update `.github/workflows/ci.yml`. Do not change `.github/workflows/ci.yml`.', WORKFLOW],
  ])('not where it says: %s', (task, path) => expect(isAllowed(allowanceOf(undefined, task), path)).toBe(false));

  test('the task names it, and nothing else is', async () => {
    const task = 'Write `.github/workflows/ci.yml`, tasks_meta.json, `.netrc` and specs/001-a/tasks.md';
    const others = ['.github/workflows/x.yml', 'tasks_meta.json', '.netrc', 'specs/001-a/tasks.md'];
    expect(await committedOf([WORKFLOW, ...others], { task })).toEqual([WORKFLOW]);
  });

  test('the environment allows it', async () => {
    const allow = ['.github/workflows/docs.yml', '.vscode/**', '**/AGENTS.md', '.devcontainer'];
    const allowed = ['.devcontainer/x.json', '.github/workflows/docs.yml', '.vscode/tasks.json', 'src/AGENTS.md'];
    const protectedPaths = [WORKFLOW, '.husky/pre-commit', 'src/CLAUDE.md'];
    expect(await committedOf([...allowed, ...protectedPaths], { allow })).toEqual(allowed);
  });
  test('the environment does not forbid what tasks name', async () => {
    const task = 'Write AGENTS.md';
    expect(await committedOf(['AGENTS.md'], { task, allowNamedByTask: false })).toEqual([]);
  });
  test('nobody allows what nobody can', async () => {
    const allow = ['.netrc', 'specs/**', '.opencode/**', '.agentic-sdlc/**', 'tasks.md', '**/.hg/**'];
    expect(await committedOf([...NOBODYS, ...OPENCODES], { allow })).toEqual([
      ...['.opencode/plugin/x.js', '.opencode/plugins/x.js'],
    ]);
  });
});

test('settings that are older than protected paths allow what the task names', () => {
  expect(allowanceOf(undefined, 'Write `.envrc` and src/a.ts')).toEqual({
    paths: [],
    named: ['.envrc'],
    forbidden: [],
    byTask: true,
  });
  expect(allowanceOf(undefined, undefined)).toEqual({ paths: [], named: [], forbidden: [], byTask: true });
});

describe('what git may take for a bare repository', () => {
  /** What is committed of what the agent adds to a base, which may be changed by hand. */
  const added = async (base: readonly string[], agent: readonly string[], more = () => {}) => {
    put(...base);
    const start = await written();
    put(...agent);
    more();
    return changes(start, await written());
  };
  const FOUR = ['HEAD', 'config', 'objects/.keep', 'refs/.keep'];

  test.each(['specs/001-a', 'fixtures/deep/repo'])('loses git’s own files in %s, and no other', async (place) => {
    const repository = FOUR.map((name) => `${place}/${name}`);
    const others = [`${place}/plan.md`, `${place}/spec.md`];
    const { names, named } = await added([], [...repository, ...others]);
    expect(names).toEqual(others);
    expect(named).toEqual(repository.map((path) => ({ path, allowable: false })));
  });
  test('loses them at the top', async () => {
    const others = ['a.txt', 'config.ts', 'config/app.ts', 'src/config', 'src/hooks/use.ts'];
    expect((await added([], ['HEAD', 'objects/a', 'refs/a', 'hooks/a', ...others])).names).toEqual(others);
  });
  test('loses every one of them', async () => {
    const own = [
      ...['HEAD', 'config', 'config.worktree', 'commondir', 'gitdir', 'packed-refs', 'index', 'shallow', 'description'],
      ...['objects/a', 'refs/a', 'hooks/a', 'info/a/b', 'logs/a', 'modules/a', 'worktrees/a/b', 'branches/a'],
    ];
    expect(
      (
        await added(
          [],
          own.map((name) => `x/${name}`),
        )
      ).names,
    ).toEqual([]);
  });
  test.each([
    ['it has the rest already', ['objects/a', 'refs/a'], ['HEAD', 'config']],
    ['it has a HEAD already', ['HEAD', 'config'], ['objects/a', 'refs/a']],
    ['it is one already', FOUR, ['config', 'hooks/post-checkout']],
    ['it names another one', [], ['HEAD', 'config', 'commondir']],
    ['its HEAD is in small letters', [], ['head', 'Config', 'OBJECTS/a', 'Refs/a']],
  ])('loses them where %s', async (_, base, agent) => {
    const at = (names: readonly string[]) => names.map((name) => `x/${name}`);
    expect((await added(at(base), [...at(agent), 'x/a.txt'])).names).toEqual(['x/a.txt']);
  });
  test('loses them in folders that differ in case alone', async () => {
    expect((await added([], ['x/HEAD', 'X/objects/a', 'x/refs/a', 'X/config'])).names).toEqual([]);
  });
  test('loses links of these names', async () => {
    const { names } = await added(['real/a'], ['x/config'], () => {
      for (const name of ['HEAD', 'objects', 'refs']) link(`x/${name}`, '../real');
    });
    expect(names).toEqual([]);
  });
  test('counts a HEAD that is protected and stays', async () => {
    const base = FOUR.map((name) => `.github/${name}`);
    put(...base);
    const start = await written();
    rmSync(join(folder, '.github/HEAD'));
    put('.github/config', '.github/hooks/post-checkout');
    expect((await changes(start, await written(), { allow: ['.github/{config,hooks}'] })).names).toEqual([]);
  });
  test.each([
    ['a HEAD alone', ['HEAD', 'config', 'hooks/a', 'x/HEAD']],
    ['objects alone', ['objects/a.txt', 'config', 'x/objects/a.txt']],
    ['objects and refs', ['objects/a.txt', 'refs/a.txt', 'index']],
    ['a folder of the name HEAD', ['x/head/a.ts', 'x/objects/a.ts', 'x/refs/a.ts']],
    ['a HEAD below objects', ['objects/HEAD', 'refs/a', 'objects/config']],
  ])('is not %s', async (_, paths) => expect((await added([], paths)).names).toEqual([...paths].sort()));
  test('may be deleted', async () => {
    put(...FOUR.map((name) => `x/${name}`), 'a.txt');
    const start = await written();
    rmSync(join(folder, 'x'), { recursive: true });
    expect((await changes(start, await written())).names).toEqual(FOUR.map((name) => `x/${name}`));
  });
});
