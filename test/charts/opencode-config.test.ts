import { describe, expect, test } from '@jest/globals';
import { openCodeConfig } from '../../src/charts/opencode-config.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { changed } from '../schema/changed.js';

const configOf = (model: object) => openCodeConfig(defineEnvironment(changed({ model })));

const limit = { context: 131_072, output: 16_384 };
const own = configOf({
  provider: 'local',
  name: 'team/coder',
  baseURL: 'https://model.example/v1',
  sdk: '@ai-sdk/openai-compatible',
  models: [{ name: 'team/coder', limit }],
});
const hosted = configOf({ provider: 'anthropic', name: 'claude-sonnet-4-5', smallName: 'claude-haiku-4-5' });

describe('openCodeConfig', () => {
  test('names no key and no address: the runner adds those of its own door', () => {
    for (const config of [own, hosted]) {
      for (const provider of Object.values(config.provider as object)) expect(provider).not.toHaveProperty('options');
      expect(JSON.stringify(config)).not.toMatch(/apiKey|baseURL|model\.example|\{(file|env):/);
    }
  });

  test('enables the provider of the model, and no other one', () => {
    expect([own, hosted].map(({ enabled_providers }) => enabled_providers)).toEqual([['local'], ['anthropic']]);
    expect([own, hosted].map(({ provider }) => Object.keys(provider as object))).toEqual([['local'], ['anthropic']]);
  });

  test('names both models, and one twice where there is no small one', () => {
    expect(own).toMatchObject({ model: 'local/team/coder', small_model: 'local/team/coder' });
    expect(hosted).toMatchObject({ model: 'anthropic/claude-sonnet-4-5', small_model: 'anthropic/claude-haiku-4-5' });
  });

  test('tells OpenCode about a provider that it does not know, and what its model takes', () => {
    expect(own.provider).toEqual({
      local: { npm: '@ai-sdk/openai-compatible', models: { 'team/coder': { limit } } },
    });
  });

  test('says nothing about a provider that it knows', () => {
    expect(hosted.provider).toEqual({ anthropic: {} });
  });

  test('tells OpenCode all that is said of a model, in its own words', () => {
    const headers = { 'x-team': 'shop' };
    const options = { reasoningEffort: 'high', nested: { list: [1] } };
    const prices = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    const { provider } = configOf({
      provider: 'anthropic',
      name: 'claude-sonnet-4-5',
      models: [{ name: 'claude-sonnet-4-5', limit, prices, headers, options }, { name: 'claude-new' }],
    });
    expect(provider).toEqual({
      anthropic: {
        models: {
          'claude-sonnet-4-5': {
            limit,
            cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
            headers,
            options,
          },
          'claude-new': {},
        },
      },
    });
  });

  test('asks for nothing: nobody would answer', () => {
    for (const permission of ['edit', 'bash', 'read', 'webfetch', 'external_directory', 'doom_loop']) {
      expect(hosted.permission).toHaveProperty(permission, 'allow');
    }
    expect(JSON.stringify(hosted.permission)).not.toContain('ask');
  });

  test('shares nothing and updates nothing', () => {
    expect(hosted).toMatchObject({ share: 'disabled', autoupdate: false });
  });
});
