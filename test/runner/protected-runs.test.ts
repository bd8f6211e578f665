import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { BRANCH, FEATURE, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const bare = (name: string) => `${FEATURE}/${name}`;
const BARE = ['HEAD', 'config', 'objects/.keep', 'refs/.keep'].map(bare);
const PROTECTED = ['.envrc', '.github/workflows/ci.yml', '.github/workflows/release.yml'];

const rules = [
  {
    match: 'task FAIL says',
    steps: [write('.envrc', 'x\n'), write('half.txt', 'x\n'), { status: 400, body: { error: { message: 'no' } } }],
  },
  {
    match: 'task T010',
    steps: [
      bash(`mkdir -p .github/workflows ${bare('objects')} ${bare('refs')}
        for path in ${[...BARE, ...PROTECTED].join(' ')} ${bare('notes.md')}; do echo x > $path; done`),
      { text: 'Done.' },
    ],
  },
];

const tasks = `- [ ] T010 [ASYNC] Test each push by \`.github/workflows/ci.yml\`
`;
let world: World;
beforeAll(async () => {
  world = await startWorld({ rules, files: { [`${FEATURE}/tasks.md`]: tasks } });
});
afterAll(() => world.close());

const committed = async (commit: string) =>
  (await gitIn(world.repository.dir, 'diff', '--name-only', BRANCH, commit)).split('\n');

describe('a run whose agent changes protected paths', () => {
  test(
    'delivers those that its task names, and the result names the rest',
    async () => {
      const { result, log } = await world.run(world.plan({ task: 'T010', prompt: 'Write .envrc, too.' }).pod);
      expect({ told: log.slice(-8), ...result }).toMatchObject({
        outcome: 'delivered',
        protectedPaths: ['.envrc', '.github/workflows/release.yml', ...BARE.slice(0, 3), 'and 1 more'],
        message: expect.stringMatching(/; 6 protected paths are not in it$/),
      });
      expect(await committed(result.commit)).toEqual(['.github/workflows/ci.yml', bare('notes.md')]);
      const lines = log.join('\n');
      expect(lines).toMatch(/not in the commit: \.envrc, which no run changes unless that is allowed$/m);
      expect(lines).toMatch(
        /in the task's line in tasks\.md .* or add them to task\.protectedPaths\.allow of the environment$/m,
      );
      expect(lines).toMatch(/not in the commit: specs\/001-greeting\/HEAD, which no run changes$/m);
      const prompts = JSON.stringify(world.model.requests.map(({ body }) => body));
      expect(prompts).toContain('Do not change files of CI, Git hooks, editors or coding agents');
    },
    PATIENCE,
  );
  test(
    'delivers those that the environment allows, and not what tasks name where it forbids that',
    async () => {
      const settings = { protectedPaths: { allow: ['.envrc'], allowNamedByTask: false } };
      const { result, log } = await world.run(world.plan({ task: 'T010', base: BRANCH, branch: 'b' }).pod, {
        settings,
      });
      expect({ told: log.slice(-8), ...result }).toMatchObject({ outcome: 'delivered' });
      expect(await committed(result.commit)).toEqual(['.envrc', bare('notes.md')]);
      expect(log.join('\n')).toMatch(
        /to have protected paths in a commit: add them to task\.protectedPaths\.allow of the environment$/m,
      );
    },
    PATIENCE,
  );
  test(
    'names them also when it saves unfinished work',
    async () => {
      const { result } = await world.run(world.plan({ task: 'X1', prompt: 'Do what task FAIL says.' }).pod);
      expect(result).toMatchObject({ outcome: 'agent-failed', protectedPaths: ['.envrc'], salvage: { pushed: true } });
      expect(await committed(result.salvage.commit)).toEqual(['half.txt']);
    },
    PATIENCE,
  );
});
