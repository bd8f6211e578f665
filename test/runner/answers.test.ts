import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { type Change, startModelProxy } from '../support/model-proxy.js';
import { startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const sub = { description: 'sub work', subagent_type: 'general' };
const rules = [
  // A subagent is asked for what the rule of its prompt says.
  { match: 'SUBTASK LOOP', steps: Array.from({ length: 60 }, () => bash('true')) },
  { match: 'SUBTASK WORK', steps: [write('sub.txt', 'sub\n'), { text: 'Did my part.' }] },
  {
    match: 'task DELEGATE says',
    steps: [{ tool: 'task', arguments: { ...sub, prompt: 'SUBTASK WORK' } }, { text: 'All parts are done.' }],
  },
  {
    match: 'task ENDLESS says',
    steps: [{ tool: 'task', arguments: { ...sub, prompt: 'SUBTASK LOOP' } }, { text: 'All parts are done.' }],
  },
  { match: 'task EMPTY says', steps: [write('a.txt', 'a\n'), { text: '' }] },
  { match: 'task WORK says', steps: [write('a.txt', 'a\n'), { text: 'All done: wrote a.' }] },
  { match: 'task ASK says', steps: [write('a.txt', 'a\n'), bash('true'), { text: 'All done.' }] },
];

let world: World;
beforeAll(async () => {
  const script = (prompt: string) =>
    rules.find(({ match }) => prompt.includes(match))?.steps ?? [{ text: 'Summary: a.txt is written. All done.' }];
  world = await startWorld({ script });
});
afterAll(() => world.close());

type Options = NonNullable<Parameters<World['run']>[1]>;
const spawned = (task: string, what: string) => world.plan({ task, prompt: `Do what task ${what} says.` }).pod;
const withModel = (url: string, more: Options['settings'] = {}): Options => ({
  settings: { ...more, model: { ...world.settings.model, url } },
});

/** A run whose model's answers are changed on their way. */
async function changed(
  task: string,
  what: string,
  change: (body: unknown, count: number) => Change,
  more: Options['settings'] = {},
) {
  const proxy = await startModelProxy(world.model.url, change);
  try {
    const run = await world.run(spawned(task, what), withModel(proxy.url, more));
    return { ...run, told: run.log.slice(-10).join('\n'), asked: proxy.count() };
  } finally {
    await proxy.close();
  }
}
const error = (message: string) => ({ error: { message, type: 'scripted', code: 'scripted' } });

describe('a model that ends its turn in another way', () => {
  test.each([
    ['no reason', 'T1', '"finish_reason":null'],
    ['a reason of its own', 'T2', '"finish_reason":"eos"'],
  ])(
    'with %s is not asked for ever, and its work is saved',
    async (_, task, reason) => {
      const run = await changed(task, 'WORK', () => (answer) => answer.replaceAll('"finish_reason":"stop"', reason));
      expect(run).toMatchObject({
        result: {
          outcome: 'stalled',
          message: expect.stringContaining('instead of "stop"'),
          salvage: { pushed: true },
        },
      });
      expect(run.asked).toBeLessThan(20);
    },
    PATIENCE,
  );
  test(
    'with nothing at all has not ended well',
    async () => {
      const { result } = await world.run(spawned('T3', 'EMPTY'));
      expect(result).toMatchObject({ outcome: 'agent-failed', message: expect.stringContaining('answer was empty') });
    },
    PATIENCE,
  );
});

describe('a context that is too long', () => {
  const overflow = {
    status: 400,
    body: {
      error: {
        ...error(
          "This model's maximum context length is 200000 tokens. However, your messages resulted in 262144 tokens.",
        ).error,
        code: 'context_length_exceeded',
      },
    },
  };
  test(
    'is no failure where OpenCode gets over it',
    async () => {
      const run = await changed('T4', 'WORK', (_, count) => (count === 1 ? overflow : undefined));
      expect({ told: run.told, ...run.result }).toMatchObject({ outcome: 'delivered' });
      expect(await gitIn(world.repository.dir, 'show', `${run.result.commit}:a.txt`)).toBe('a');
    },
    PATIENCE,
  );
  test(
    'is one where it does not',
    async () => {
      const { result } = await changed('T5', 'WORK', () => overflow);
      expect(result).toMatchObject({ outcome: 'agent-failed', message: expect.stringMatching(/context/i) });
    },
    PATIENCE,
  );
});

describe('a model that does not answer is never a stalled agent', () => {
  test(
    'where its quota is used up for longer than the run may take: it ends at once, in the provider’s words',
    async () => {
      const quota = {
        status: 429,
        headers: { 'retry-after': '3600' },
        body: error('You have exceeded your monthly quota'),
      };
      const run = await changed('T6', 'WORK', () => quota);
      expect({ told: run.told, ...run.result }).toMatchObject({
        outcome: 'agent-failed',
        message: expect.stringMatching(/429.*monthly quota.*3600 s/),
      });
      expect(run.log.join('\n')).toMatch(/^model +\| HTTP 429: You have exceeded your monthly quota/m);
      expect(run.asked).toBe(1);
    },
    PATIENCE,
  );
  test(
    'where it fails again and again, and the run has no patience for that',
    async () => {
      const broken = { status: 503, body: error('the service is overloaded') };
      const run = await changed('T7', 'WORK', () => broken, { stallSeconds: 12 });
      expect({ told: run.told, ...run.result }).toMatchObject({
        outcome: 'agent-failed',
        message: expect.stringMatching(/503.*overloaded|overloaded.*503/),
      });
      expect(run.log.join('\n')).toMatch(/opencode +\| asks the model again in \d+ s/);
    },
    PATIENCE,
  );
  test(
    'where its address is nobody’s',
    async () => {
      const free = await freePort();
      const options = withModel(`http://127.0.0.1:${free}/v1`, { stallSeconds: 12 });
      const { result, log } = await world.run(spawned('T8', 'WORK'), options);
      expect({ told: log.slice(-8).join('\n'), ...result }).toMatchObject({
        outcome: 'agent-failed',
        message: expect.stringContaining(`127.0.0.1:${free}`),
      });
    },
    PATIENCE,
  );
});

describe('what a subagent does', () => {
  test(
    'is in the log, and its tokens are in the result',
    async () => {
      const before = world.model.requests.length;
      const { result, log } = await world.run(spawned('T9', 'DELEGATE'));
      expect({ told: log.slice(-8), ...result }).toMatchObject({ outcome: 'delivered' });
      expect(log.join('\n')).toMatch(/opencode +\| sub work: \[write\] sub\.txt/);
      expect(result.tokens).toBe(110 * (world.model.requests.length - before));
      expect(result.models).toMatchObject([{ model: 'model', requests: world.model.requests.length - before }]);
    },
    PATIENCE,
  );
  test(
    'ends the run when it makes no progress',
    async () => {
      const { result } = await world.run(spawned('T10', 'ENDLESS'));
      expect(result).toMatchObject({
        outcome: 'stalled',
        message: expect.stringContaining('the same call has had the same outcome 30 times: [bash] true'),
      });
    },
    PATIENCE,
  );
});

test(
  'a tool that asks is refused at once, since nobody is there, and the run says so',
  async () => {
    const opencode = { permission: { bash: 'ask' } };
    const { result } = await world.run(spawned('T11', 'ASK'), { opencode });
    expect(result).toMatchObject({
      outcome: 'agent-failed',
      message: expect.stringContaining('a tool was refused: bash'),
    });
  },
  PATIENCE,
);

describe('a budget', () => {
  test(
    'of tokens ends a run that has used it up, and saves its work',
    async () => {
      const settings = { budget: { tokens: 200, cost: 0 } };
      const { code, result } = await world.run(spawned('T12', 'WORK'), { settings });
      expect(code).toBe(16);
      expect(result).toMatchObject({
        outcome: 'over-budget',
        message: expect.stringContaining('task.budget.tokens'),
        tokens: 220,
        salvage: { pushed: true },
      });
    },
    PATIENCE,
  );
  test(
    'of money counts by the prices that the environment gives',
    async () => {
      const price = { input: 1000, output: 2000, cacheRead: 0, cacheWrite: 0 };
      const settings = {
        budget: { tokens: 0, cost: 0.11 },
        model: { ...world.settings.model, prices: { model: price } },
      };
      const { result } = await world.run(spawned('T13', 'WORK'), { settings });
      expect(result).toMatchObject({ outcome: 'over-budget', message: expect.stringContaining('task.budget.cost') });
      expect(result.cost).toBeCloseTo(0.12, 5);
    },
    PATIENCE,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
