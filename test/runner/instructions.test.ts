import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instructionsOf } from '../../src/runner/start/instructions.js';
import { Snapshot } from '../../src/runner/start/snapshot.js';
import { BRANCH, startWorld } from '../support/world.js';
import { PATIENCE, type World, write } from './steps.js';

/** A commit: text of a file, or what a link leads to. */
function commit(files: Record<string, string>, links: Record<string, string> = {}): Snapshot {
  const modes = [
    ...Object.keys(files).map((path) => [path, '100644']),
    ...Object.keys(links).map((path) => [path, '120000']),
  ];
  return new Snapshot(new Map(modes as [string, string][]), async (path) => files[path] ?? links[path] ?? '');
}
const pathsOf = async (snapshot: Snapshot) => (await instructionsOf(snapshot)).documents.map(({ path }) => path);

describe('the repository’s instructions are', () => {
  test.each([
    ['AGENTS.md', { 'AGENTS.md': 'a', 'README.md': 'r' }, ['AGENTS.md']],
    ['CLAUDE.md, where there is no AGENTS.md', { 'CLAUDE.md': 'c' }, ['CLAUDE.md']],
    ['AGENTS.md alone, where there are both', { 'AGENTS.md': 'a', 'CLAUDE.md': 'c' }, ['AGENTS.md']],
    ['none, where there are none', { 'README.md': 'r', 'src/AGENTS.md': 'nested' }, []],
    [
      'what a line of it names, and what that names, each once',
      {
        'AGENTS.md': '@docs/rules.md\n- @docs/rules.md\n',
        'docs/rules.md': '@./more.md\n@../AGENTS.md',
        'docs/more.md': 'm',
      },
      ['AGENTS.md', 'docs/rules.md', 'docs/more.md'],
    ],
    [
      'no path in the middle of a line, in an example, or of another place',
      {
        'AGENTS.md': 'mail me@example.com or see @docs/a.md\n```\n@docs/a.md\n```\n@~/a.md\n@/etc/passwd\n',
        'docs/a.md': 'a',
      },
      ['AGENTS.md'],
    ],
    [
      'what instructions of opencode.json name, by paths and globs',
      {
        'opencode.json': '{ "instructions": ["docs/rules.md", "./packages/*/RULES.md", 1] }',
        'docs/rules.md': 'r',
        'packages/a/RULES.md': 'a',
        'packages/b/RULES.md': 'b',
        'packages/b/deep/RULES.md': 'no',
      },
      ['docs/rules.md', 'packages/a/RULES.md', 'packages/b/RULES.md'],
    ],
    [
      'the same of opencode.jsonc, which has comments and commas',
      { 'opencode.jsonc': '{ // rules\n "instructions": ["a.md",], /* https://x */ }', 'a.md': 'a' },
      ['a.md'],
    ],
    ['nothing of an opencode.json that is none', { 'opencode.json': '{', 'AGENTS.md': 'a' }, ['AGENTS.md']],
    ['nothing of an opencode.json that is no object', { 'opencode.json': 'null' }, []],
  ])('%s', async (_, files, expected) =>
    expect(await pathsOf(commit(files as Record<string, string>))).toEqual(expected),
  );

  test('what a link leads to, within the repository', async () => {
    const { documents } = await instructionsOf(
      commit({ 'docs/agents/rules.md': 'the rules' }, { 'AGENTS.md': 'docs/agents/rules.md' }),
    );
    expect(documents).toEqual([{ path: 'AGENTS.md', text: 'the rules' }]);
  });
  test.each([
    [
      'a link out of the repository',
      commit({}, { 'AGENTS.md': '/etc/passwd' }),
      'AGENTS.md leads out of the repository, to /etc/passwd',
    ],
    ['one above it', commit({}, { 'AGENTS.md': '../x.md' }), 'AGENTS.md leads out of the repository'],
    [
      'a link to nothing',
      commit({}, { 'AGENTS.md': 'gone.md' }),
      'AGENTS.md is a link to gone.md, which does not exist',
    ],
    [
      'a circle',
      commit({}, { 'AGENTS.md': 'CLAUDE.md', 'CLAUDE.md': 'AGENTS.md' }),
      'AGENTS.md is a link that leads in a circle',
    ],
    ['a name of nothing', commit({ 'AGENTS.md': '@gone.md' }), 'AGENTS.md names gone.md, which does not exist'],
    [
      'a URL',
      commit({ 'opencode.json': '{"instructions":["https://evil.example/x.md"]}' }),
      'https://evil.example/x.md, which is not in the repository',
    ],
    ['UTF-16', commit({ 'AGENTS.md': 'a\0b\0' }), 'AGENTS.md is not UTF-8'],
    ['too much', commit({ 'AGENTS.md': 'x'.repeat(300 * 1024) }), 'more than 256 KiB'],
  ])('not %s, which the log tells', async (_, snapshot, words) => {
    const { notes } = await instructionsOf(snapshot);
    expect(notes[0]).toContain(words);
  });
});

describe('in a run, the model gets them', () => {
  let world: World;
  const files = {
    'AGENTS.md': 'MARKER-AGENTS: use tabs.\n\n@docs/more.md\n',
    'docs/more.md': 'MARKER-MORE\n',
    'opencode.json': '{"instructions":["docs/rules.md"]}',
    'docs/rules.md': 'MARKER-RULES\n',
    'specs/001-greeting/contracts/api.yaml': 'MARKER-CONTRACT\n',
    'specs/001-greeting/contracts/large.json': `MARKER-LARGE${'x'.repeat(2 * 1024 * 1024)}`,
    '.opencode/plugin/evil.js': 'throw new Error("a plugin of the repository ran")\n',
  };
  const NAMED = '{\n  "$schema": "https://opencode.ai/config.json","instructions":["docs/rules.md"]}';
  beforeAll(async () => {
    const rules = [
      { match: 'task ASK', steps: [write('a.txt', 'a\n'), { text: 'Done.' }] },
      { match: 'task SCHEMA', steps: [write('opencode.json', NAMED), { text: 'Done.' }] },
      { match: 'task IDLE', steps: [{ text: 'It is there already.' }] },
    ];
    world = await startWorld({ rules, files });
  });
  afterAll(() => world.close());
  const run = (task: string, name: string, settings = {}) => {
    world.model.requests.length = 0;
    const { pod } = world.plan({ task, prompt: `Do what task ${name} says.`, base: BRANCH });
    return world.run(pod, { settings });
  };
  const sent = () => JSON.stringify(world.model.requests.map(({ body }) => body));

  test(
    'and none of the repository’s code runs',
    async () => {
      const { result } = await run('T900', 'ASK');
      expect(result).toMatchObject({ outcome: 'delivered', filesChanged: 1 });
      for (const marker of ['MARKER-AGENTS', 'MARKER-MORE', 'MARKER-RULES']) expect(sent()).toContain(marker);
    },
    PATIENCE,
  );
  test(
    'and the documents of the feature, but names the large ones alone',
    async () => {
      const { log } = await run('T903', 'IDLE');
      expect(sent()).toContain('MARKER-CONTRACT');
      expect(sent()).toContain('- specs/001-greeting/contracts/large.json');
      expect(sent()).not.toContain('MARKER-LARGE');
      expect(log.join('\n')).toContain('large.json has more than 1048576 bytes: it is named in the prompt');
    },
    PATIENCE,
  );
  test(
    'from OpenCode, where it may read the repository’s configuration: what it adds to that is no work',
    async () => {
      const protectedPaths = { allow: ['opencode.json'], allowNamedByTask: true };
      const { result, log } = await run('T901', 'IDLE', { allowRepositoryConfig: true, protectedPaths });
      for (const marker of ['MARKER-AGENTS', 'MARKER-RULES']) expect(sent()).toContain(marker);
      expect(result).toMatchObject({ outcome: 'no-changes' });
      expect(log.join('\n')).not.toContain('not in the commit');
    },
    PATIENCE,
  );
  test(
    'and a configuration that the agent writes is its work',
    async () => {
      const protectedPaths = { allow: ['opencode.json'], allowNamedByTask: true };
      const { result } = await run('T902', 'SCHEMA', { allowRepositoryConfig: true, protectedPaths });
      expect(result).toMatchObject({ outcome: 'delivered', filesChanged: 1 });
    },
    PATIENCE,
  );
});
