import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startPlayground } from '../../examples/demo/playground.js';
import { commandsOfPage, play } from '../../examples/demo/session.js';
import { kubectl } from '../support/cluster.js';
import { gitIn } from '../support/git-server.js';
import { PATIENCE } from './at-work.js';

let playground: Awaited<ReturnType<typeof startPlayground>>;
beforeAll(async () => {
  playground = await startPlayground(() => {}, 'agent-runner-test-page');
}, PATIENCE);
afterAll(() => playground?.close());

test(
  'docs/implement.md does line by line what it says',
  async () => {
    const steps = play(playground, commandsOfPage());
    const failed = steps.filter(({ code }) => code !== 0);
    expect(failed.map(({ command, code }) => [command, code])).toEqual([['agent-runner implement', 4]]);
    expect(steps.at(-1)?.output).toBe('Hello, Ada!\n');
    const { dir } = playground.repository;
    // The second parent of the commit that ticks.
    const merged = await gitIn(dir, 'rev-parse', '001-greeting^2');
    expect(merged).toBe(await gitIn(dir, 'rev-parse', '001-greeting-agents'));
    const list = await gitIn(dir, 'cat-file', 'blob', '001-greeting:specs/001-greeting/tasks.md');
    expect(list.match(/^- \[[xX]\] T00[235]/gm)).toHaveLength(3);
    expect(await gitIn(dir, 'ls-tree', '-r', '--name-only', '001-greeting')).toContain('src/cli.js');
  },
  PATIENCE,
);

test(
  'doctor --probe says in a real pod that the credential opens the repository, and leaves nothing',
  async () => {
    const refs = await gitIn(playground.repository.dir, 'for-each-ref');
    const [step] = play(playground, [`agent-runner doctor --probe --repo ${playground.url}`]);
    expect(step?.output).toMatch(/probe +ok +checked: .* can be read and pushed to; nothing was changed/);
    expect(step?.output).toMatch(/image of the runner +ok/);
    expect(step?.output).toMatch(/image of the agent +ok/);
    expect(step?.code).toBe(0);
    expect(await gitIn(playground.repository.dir, 'for-each-ref')).toBe(refs);
    expect(
      kubectl(['-n', playground.namespace, 'get', 'pods', '-l', 'agentic-sdlc.io/task=doctor', '-o', 'name']),
    ).toBe('');
  },
  PATIENCE,
);
