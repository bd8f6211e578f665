import { expect, test } from '@jest/globals';
import { overBudget } from '../../../src/runner/doors/budget.js';
import { neverRetried } from '../../../src/runner/doors/model-refusal.js';
import { doorTo, GOOD, json, refusal, scriptedApi } from './scripted-api.js';

const tokens = { input: 100_000, output: 20_000, cacheRead: 30, cacheWrite: 4 };

test.each([
  [{ tokens: 100_000, cost: 0 }, 9, 'used 120034 tokens of the 100000 of task.budget.tokens'],
  [{ tokens: 120_034, cost: 0 }, 9, 'used 120034 tokens of the 120034 of task.budget.tokens'],
  [{ tokens: 120_035, cost: 0 }, 9, ''],
  [{ tokens: 0, cost: 2.5 }, 2.75, 'used $2.75 of the $2.50 of task.budget.cost'],
  [{ tokens: 0, cost: 0.002 }, 0.00312, 'used $0.0031 of the $0.002 of task.budget.cost'],
  [{ tokens: 0, cost: 2.5 }, 2.49, ''],
  [{ tokens: 0, cost: 0 }, 1e9, ''],
])('of %j, with $%d: %s', (budget, cost, words) => {
  expect(overBudget(budget, tokens, cost)).toBe(words);
});

const PRICES = { 'model-a': { input: 1000, output: 0, cacheRead: 0, cacheWrite: 0 } };

test.each([
  ['tokens', { tokens: 150, cost: 0 }, 'used 160 tokens of the 150 of task.budget.tokens'],
  ['cost', { tokens: 0, cost: 0.1 }, 'used $0.14 of the $0.10 of task.budget.cost'],
])('a run that has used up its %s asks for nothing more', async (_, budget, words) => {
  const api = await scriptedApi((response) => void json(response, 200, GOOD));
  const { door, told, overBudget, ask } = await doorTo(api.origin, { budget, settings: { prices: PRICES } });
  await (await ask()).text();
  expect(overBudget).toEqual([]);
  await (await ask()).text();
  expect(overBudget).toEqual([words]);
  for (let times = 0; times < 2; times++) expect(await refusal(await ask())).toBe(`402 agent_runner: ${words}`);
  expect(overBudget).toEqual([words]);
  expect(told.map(({ status, problem }) => [status, problem])).toEqual([
    [200, ''],
    [200, ''],
    [402, words],
    [402, words],
  ]);
  expect([api.seen.length, door.usage()[0]?.requests]).toEqual([2, 2]);
});

/** @see https://github.com/anomalyco/opencode/blob/v1.18.33/packages/opencode/src/session/retry.ts */
const RETRIED = [
  /429|500|502|503|504|524/i,
  /rate increased too quickly|rate limit|rate-limit|rate_limit|too many requests/i,
  /overloaded|service unavailable|service_unavailable|internal error|internal server error|server error|provider returned error/i,
  /terminated|fetch failed|failed to fetch|network[-_\s]error|upstream connect|connection error|connection refused|connection lost/i,
  /socket connection was closed|socket hang up|reset before headers|getaddrinfo|enotfound|eai_again|econnrefused|econnreset|etimedout/i,
  /^timeout$|\b(?:request|response|connection|network|stream|read) (?:timeout|timed out|time out)\b/i,
  /try your request again|retry your request|resource exhausted|resource_exhausted/i,
  /\btry again (?:later|in\b)|\b(?:currently|temporarily) at capacity\b/i,
];

test.each([
  'used 500429 tokens of the 500000 of task.budget.tokens',
  'HTTP 429: Rate limit reached, too many requests; try again in 3600 s',
  'HTTP 503: Service Unavailable: the resource exhausted its quota (RESOURCE_EXHAUSTED), server error, Overloaded',
])('OpenCode finds no reason to send it again, and a reader sees no difference: %s', (words) => {
  const answer = neverRetried(words);
  for (const pattern of RETRIED) expect(answer).not.toMatch(pattern);
  expect(answer.replaceAll('\u2060', '')).toBe(words);
});

test('what is no reason to send it again stays as it is', () => {
  expect(neverRetried('used 120034 tokens of the 100000')).toBe('used 120034 tokens of the 100000');
});
