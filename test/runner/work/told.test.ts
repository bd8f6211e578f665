import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../../support/git-server.js';
import { BRANCH, startWorld } from '../../support/world.js';
import { bash, PATIENCE, type World, write } from '../steps.js';

const AGENT = 'git -c user.name=a -c user.email=a@b.c';
const rules = [
  {
    match: 'task PARTLY',
    steps: [write('src/lib/utils.ts', 'utils\n'), write('src/app.ts', 'app\n'), { text: 'Wrote both.' }],
  },
  { match: 'task ONLY', steps: [write('lib/only.ts', 'only\n'), { text: 'Wrote it.' }] },
  {
    match: 'task STASH',
    steps: [write('src/a.txt', 'a\n'), bash('git stash -u'), { text: 'I compared with the baseline.' }],
  },
  {
    match: 'task BRANCH',
    steps: [
      bash(
        `git switch -qc try && mkdir -p src && echo x > src/x.txt && git add -A && ${AGENT} commit -qm "feat: x" && git switch -q -`,
      ),
      { text: 'Committed to branch try.' },
    ],
  },
  {
    match: 'task LOOK',
    steps: [
      bash(
        `mkdir -p src && echo x > src/x.txt && git add -A && ${AGENT} commit -qm "feat: x" && git switch -q --detach HEAD~1`,
      ),
      { text: 'Committed, and looked at what was before.' },
    ],
  },
  { match: 'task SECRET', steps: [write('.env', 'A=b\n'), write('src/b.txt', 'b\n'), { text: 'Done.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules, files: { '.gitignore': 'lib/\n' } });
});
afterAll(() => world.close());

let count = 800;
const run = (name: string) => {
  count += 1;
  return world.run(world.plan({ task: `T${count}`, prompt: `Do what task ${name} says.`, base: BRANCH }).pod);
};
const paths = (commit: string) => gitIn(world.repository.dir, 'diff', '--name-status', BRANCH, commit);

describe('a run says what', () => {
  test(
    'is not in its commit, since it is ignored',
    async () => {
      const { result, log } = await run('PARTLY');
      expect(await paths(result.commit)).toBe('A\tsrc/app.ts');
      expect(log.join('\n')).toContain('not in the commit: src/lib/utils.ts, which .gitignore ignores');
    },
    PATIENCE,
  );
  test(
    'it wrote, where all of that is ignored',
    async () => {
      const { result } = await run('ONLY');
      expect(result).toMatchObject({
        outcome: 'no-changes',
        message: 'the agent ended well and changed no file but lib/only.ts, which .gitignore ignores',
      });
    },
    PATIENCE,
  );
  test(
    'is surprising in its commit',
    async () => {
      const { result, log } = await run('SECRET');
      expect(result.outcome).toBe('delivered');
      expect(log.join('\n')).toContain('look at .env: settings that may hold a secret');
    },
    PATIENCE,
  );
});

describe('work that is elsewhere in the agent’s git is never no-changes', () => {
  test.each([
    ['STASH', 'a stash', 'src/a.txt'],
    ['BRANCH', 'branch try', 'src/x.txt'],
  ])(
    '%s',
    async (name, what, path) => {
      const { result } = await run(name);
      expect(result).toMatchObject({
        outcome: 'agent-failed',
        others: [{ what }],
        message: expect.stringContaining(what),
      });
      expect(await paths(result.others[0].branch)).toBe(`A\t${path}`);
    },
    PATIENCE,
  );
  test(
    'a look at another commit delivers what was committed, and the log names the place',
    async () => {
      const { result, log } = await run('LOOK');
      expect([result.outcome, await paths(result.commit)]).toEqual(['delivered', 'A\tsrc/x.txt']);
      expect(log.join('\n')).toMatch(/commit +\| the worktree stands on commit [0-9a-f]{12}/);
    },
    PATIENCE,
  );
});
