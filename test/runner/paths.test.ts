import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { startWorld } from '../support/world.js';
import { bash, PATIENCE, type World } from './steps.js';

const rules = [
  {
    match: 'task PATHS',
    steps: [
      bash(
        'ls -A > seen.txt; ls packages >> seen.txt; find lib >> seen.txt; echo changed > packages/api/index.js; mkdir -p packages/web; echo new > packages/web/index.js',
      ),
      { text: 'Changed.' },
    ],
  },
];
const files = {
  'packages/api/index.js': 'api\n',
  'packages/web/index.js': 'web\n',
  'packages/web/other.js': 'other\n',
  'lib/deep/.gitattributes': '*.x text\n',
  'lib/deep/a.x': 'x\n',
  'top.txt': 'top\n',
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules, files });
});
afterAll(() => world.close());

test(
  'a run of some paths has nothing else in its worktree, and deletes nothing that it does not have',
  async () => {
    const { pod } = world.plan({ task: 'PATHS', prompt: 'Do what task PATHS says.', paths: 'packages/api' });
    const { result } = await world.run(pod);
    expect(result).toMatchObject({ outcome: 'delivered', filesChanged: 3 });
    const show = (path: string) => gitIn(world.repository.dir, 'show', `${result.branch}:${path}`);
    const seen = (await show('seen.txt')).split('\n');
    expect(seen).toEqual(expect.arrayContaining(['top.txt', 'packages', 'specs', '.specify', 'api']));
    // Without its attributes, git would have to fetch them when it commits.
    expect(seen.filter((path) => path.startsWith('lib/deep/'))).toEqual(['lib/deep/.gitattributes']);
    expect(seen).not.toContain('src');
    expect(seen).not.toContain('web');
    expect(await show('packages/api/index.js')).toBe('changed');
    expect(await show('packages/web/index.js')).toBe('new');
    expect(await show('packages/web/other.js')).toBe('other');
  },
  PATIENCE,
);
