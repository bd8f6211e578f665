import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitIn, textsOf } from '../../support/git-repository.js';
import { random } from '../../support/random.js';
import { AGENT, alive, Player } from './sequences.js';
import { type AgentRun, startRemote } from './world.js';

/** How many sequences are played, from which seed on. */
const { SEQUENCES = '100', SEQUENCES_FROM = '1' } = process.env;

let remote: Awaited<ReturnType<typeof startRemote>>;
beforeAll(async () => {
  remote = await startRemote();
});
afterAll(() => remote.close());

/** What others have written. */
const FOREIGN = /of a colleague|of another branch/;

/** Plays a sequence. Some are looked at in their midst as well, as checkpoints do; some end in a kill. */
async function look(seed: number): Promise<string[]> {
  const next = random(seed);
  const run = await (await remote.run()).settle();
  const player = new Player(run, next);
  const steps = 1 + Math.floor(next() * 8);
  const [looked, killed] = [next() < 0.3, next() < 0.3];
  const before = looked ? Math.floor(steps / 2) : 0;
  await player.play(before);
  const first = looked ? await wrongOf(run, player) : undefined;
  await player.play(steps - before - (killed ? 1 : 0));
  if (killed) await player.killedAfter(1 + next() * 10);
  const last = await wrongOf(run, player, first?.repository);
  run.remove();
  return [...(first?.bad ?? []), ...last.bad].map((text) => `seed ${seed}: ${text}`);
}

/** What the agent's own commits delete: a commit without an index deletes every file that is not in it. */
async function deletedIn(run: AgentRun): Promise<ReadonlySet<string>> {
  const log = ['log', '--all', `--author=${AGENT}`, '--no-renames', '--diff-filter=D', '--name-only', '--format='];
  return new Set((await gitIn(run.directory, ...log).catch(() => '')).split('\n'));
}

/** What of the two sentences does not hold. */
async function wrongOf(run: AgentRun, player: Player, given?: string) {
  const wrote = await alive(run);
  const { tree, problem, others, unread, ignored, repository } = await run.decide(given);
  const bad: string[] = [];
  const contents = async (one: string) => {
    const diff = await gitIn(repository, 'diff-tree', '-r', '--no-renames', remote.start, one);
    const files = [...diff.matchAll(/^:\d+ \d+ \w+ (\w+) \w+\t(.+)$/gm)];
    const isThere = (object = '') => !/^0+$/.test(object);
    const texts = await textsOf(
      repository,
      files.flatMap(([, object = '']) => (isThere(object) ? [object] : [])),
    );
    return new Map(files.map(([, object = '', path = '']) => [path, texts.get(object) ?? '']));
  };
  const work = await contents(tree);
  if (problem === undefined) {
    const deleted = await deletedIn(run);
    for (const [path, text] of work) {
      if (player.taken.has(path) || (text === '' && deleted.has(path))) continue;
      if (!player.touched.has(path)) bad.push(`${path} differs, and the agent did not write it`);
      if (FOREIGN.test(text)) bad.push(`${path} has what others wrote`);
    }
  }
  const saved = [work, ...(await Promise.all(others.map((one) => contents(one.tree))))];
  const named = [...unread, ...(ignored?.written ?? [])];
  for (const one of wrote) {
    const [path = '', marker = ''] = one.split(' ');
    const isThere = saved.some((files) => files.get(path)?.includes(marker));
    if (!isThere && !named.some((text) => text.includes(path))) bad.push(`${path} has lost ${marker}`);
  }
  const told = [
    `did: ${player.done.join(', ')}`,
    `problem: ${problem}; others: ${others.map(({ what }) => what)}; changes: ${[...work.keys()]}`,
  ];
  return { repository, bad: bad.length === 0 ? [] : [[bad.join('; '), ...told].join('\n  ')] };
}

test(
  'whatever an agent does with its git: no path differs that it did not write, and all that it wrote is somewhere',
  async () => {
    const bad: string[] = [];
    const from = Number(SEQUENCES_FROM);
    for (let seed = from; seed < from + Number(SEQUENCES); seed++) bad.push(...(await look(seed)));
    expect(bad).toEqual([]);
  },
  Number(SEQUENCES) * 20_000,
);
