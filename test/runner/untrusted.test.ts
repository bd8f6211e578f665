import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { makeHostile, makePluginRepository, plugin } from './hostile.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const own = 'git -c user.name=a -c user.email=a@b';
const rules = [
  {
    match: 'task LIVE says',
    steps: [
      write('work.txt', 'work\n'),
      bash('git fetch -q origin other && git checkout -q FETCH_HEAD && ls .opencode/plugin; git checkout -q -; true'),
      bash(
        `printf 'three\\r\\n' >> touched.dos; printf 'y' >> ./-dash.txt; printf 'y' > "$(printf 'agent\\nline')"
        echo outside > outside/written.txt; echo appended >> 'new
line.txt'
        git init -q empty; echo inner > empty/inner.txt
        git init -q nested; cd nested; echo inner > inner.txt; git add .; ${own} commit -qm inner; echo later > later.txt`,
      ),
      { text: 'Lived with it.' },
    ],
  },
  {
    match: 'task REFUSED says',
    steps: [
      write('work.txt', 'work\n'),
      bash(
        `head -c 200000000 /dev/zero > large.bin; rm tracked.txt; mkfifo tracked.txt
        printf 'y' > "$(printf '\\377\\376.txt')"; rm -rf sh; git init -q sh; cd sh; ${own} commit -q --allow-empty -m moved`,
      ),
      { text: 'Left what cannot be pushed.' },
    ],
  },
  { match: 'task SMALL says', steps: [write('work.txt', 'work\n'), { text: 'Worked.' }] },
];

let world: World;
let marks: string;
beforeAll(async () => {
  world = await startWorld({ rules });
  marks = join(world.folder, 'marks');
  await makeHostile(world.repository.dir, marks);
}, PATIENCE);
afterAll(() => world.close());

const spawned = (task: string, what: string, repository = 'demo/greeter') =>
  world.plan({ task, prompt: `Do what task ${what} says.`, repo: `${world.git.url}/${repository}` }).pod;
const namesIn = async (commit: string, repository = world.repository.dir): Promise<string[]> =>
  (await gitIn(repository, 'diff', '--name-only', '-z', BRANCH, commit)).split('\0').filter((name) => name !== '');

describe('in a repository that nobody should trust', () => {
  let run: Awaited<ReturnType<World['run']>>;
  beforeAll(async () => {
    run = await world.run(spawned('T901', 'LIVE'));
  }, PATIENCE);

  test('OpenCode installs nothing into its configuration folder', () => {
    expect(readdirSync(join(run.root, 'home/agent/.config/opencode/node_modules'))).toEqual([]);
    // What npm makes first.
    expect(readdirSync(join(run.root, 'home/agent'))).not.toContain('.npm');
  });
  test('a run is delivered, and asks the environment’s model', () => {
    expect({ told: run.log.slice(-8), ...run.result }).toMatchObject({ outcome: 'delivered' });
    expect(world.model.requests.length).toBeGreaterThan(0);
  });
  test('nothing of it is run: no plugin of any branch, no MCP server, no submodule’s URL', () => {
    expect(readdirSync(marks)).toEqual([]);
    expect(run.log.join('\n')).toContain('2 files of OpenCode plugins are not checked out');
    const listed = JSON.stringify(world.model.requests.map(({ body }) => body.messages));
    expect(listed).not.toContain('other.js');
  });
  test('the commit has what the agent changed and nothing else, whatever it is called', async () => {
    expect(await namesIn(run.result.commit)).toEqual(
      [
        '-dash.txt',
        'agent\nline',
        'empty/inner.txt',
        'nested/inner.txt',
        'nested/later.txt',
        'new\nline.txt',
        'touched.dos',
        'work.txt',
      ].sort(),
    );
  });
  test('what was written through a link out of the worktree is not in it', async () => {
    const tree = await gitIn(world.repository.dir, 'ls-tree', '-r', run.result.commit);
    expect(tree).not.toContain('written.txt');
    expect(tree).toMatch(/^120000 blob \w+\toutside$/m);
    expect(tree).toMatch(/^120000 blob \w+\tpasswd$/m);
  });
});

test(
  'what must not or cannot be pushed is named in the log and in the result, and does not lose the rest',
  async () => {
    const { result, log } = await world.run(spawned('T902', 'REFUSED'));
    expect({ told: log.slice(-8), ...result }).toMatchObject({ outcome: 'agent-failed', salvage: { pushed: true } });
    for (const told of [log.join('\n'), result.salvage.leftOut.join('\n')]) {
      expect(told).toContain('large.bin is larger than 100 MiB');
      expect(told).toContain('sh is a submodule; what was changed in it belongs to its own repository');
      for (const name of ['tracked.txt', 'has a name that is not UTF-8']) expect(told).toContain(name);
    }
    expect(await namesIn(result.salvage.commit)).toEqual(['work.txt']);
  },
  PATIENCE,
);

test(
  'a link in the place of OpenCode’s configuration folder is not followed, and not changed',
  async () => {
    const outside = join(world.folder, 'configuration');
    mkdirSync(join(outside, 'plugin'), { recursive: true });
    writeFileSync(join(outside, 'plugin/evil.js'), plugin(join(marks, 'linked')));
    await makePluginRepository(world.git.root, 'demo/linked', marks, outside);
    const { result, log } = await world.run(spawned('T903', 'SMALL', 'demo/linked'));
    expect(result.outcome).toBe('delivered');
    expect(readdirSync(marks)).toEqual([]);
    expect(log.join('\n')).toContain('.opencode is a symbolic link; it is not followed');
    expect(await namesIn(result.commit, join(world.git.root, 'demo/linked.git'))).toEqual(['work.txt']);
  },
  PATIENCE,
);

test(
  'a plugin runs where the environment allows what repositories configure',
  async () => {
    await makePluginRepository(world.git.root, 'demo/trusted', marks);
    const settings = { allowRepositoryConfig: true };
    const { result } = await world.run(spawned('T904', 'SMALL', 'demo/trusted'), { settings });
    expect(result.outcome).toBe('delivered');
    expect(readdirSync(marks)).toEqual(['demo-trusted']);
  },
  PATIENCE,
);
