import { describe, expect, test } from '@jest/globals';
import { openCodeConfig } from '../../src/charts/opencode-config.js';
import { defineEnvironment } from '../../src/environments/environment.js';
import { changed } from '../environments/changed.js';

const configOf = (model: object) => openCodeConfig(defineEnvironment(changed({ model })));

const own = configOf({
  provider: 'local',
  name: 'team/coder',
  baseURL: 'https://model.example/v1',
  sdk: '@ai-sdk/openai-compatible',
});
const hosted = configOf({ provider: 'anthropic', name: 'claude-sonnet-4-5', smallName: 'claude-haiku-4-5' });

describe('openCodeConfig', () => {
  test('names the file of the key, never a key', () => {
    for (const { provider } of [own, hosted]) {
      const [{ options }] = Object.values(provider as Record<string, { options: { apiKey: string } }>) as [
        { options: { apiKey: string } },
      ];
      expect(options.apiKey).toBe('{file:/var/run/secrets/agent-runner/model/api-key}');
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

  test('tells OpenCode about a provider that it does not know', () => {
    expect(own.provider).toMatchObject({
      local: {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: 'https://model.example/v1' },
        models: { 'team/coder': {} },
      },
    });
  });

  test('says nothing about a provider that it knows, but for the key', () => {
    expect(hosted.provider).toEqual({ anthropic: { options: { apiKey: expect.any(String) } } });
  });

  test('tells OpenCode about the small model of a provider that it does not know', () => {
    const { provider } = configOf({
      provider: 'local',
      name: 'large',
      smallName: 'small',
      sdk: '@ai-sdk/openai-compatible',
    });
    expect(provider).toHaveProperty('local.models.small');
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
