import { describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../src/run/settings.js';
import { problemsOf, settings } from './fixtures.js';

const WHERE = 'configmap agent-runner-settings in namespace agents';

describe('parseSettings', () => {
  test('reads what was written', () => {
    expect(parseSettings(JSON.stringify(settings), WHERE)).toEqual(settings);
  });

  test.each([
    ['anthropic', '', 'https://api.anthropic.com/v1'],
    ['anthropic', 'https://gateway.example/v1', 'https://gateway.example/v1'],
    ['local', 'https://model.example/v1', 'https://model.example/v1'],
  ])('knows where the API of %s is with the base URL %j', (provider, url, expected) => {
    const given = { ...settings, provider, model: { ...settings.model, url } };
    expect(parseSettings(JSON.stringify(given), WHERE)).toEqual({ ...given, model: { ...given.model, url: expected } });
  });

  test.each([
    ['has no settings', undefined, 'has no settings.json'],
    ['holds no JSON', 'version: 1', 'settings.json is not JSON'],
    ['is empty', '', 'settings.json is not JSON'],
    ['is cut off', JSON.stringify(settings).slice(0, -1), 'settings.json is not JSON'],
    ['is of an older version', '{"version": 1}', 'has version 1, this command knows 2'],
    ['is of a newer version', '{"version": 3}', 'has version 3, this command knows 2'],
    ['has its version as text', '{"version": "2"}', 'has version 2, this command knows 2'],
    ['has no version', '{}', 'has version undefined, this command knows 2'],
    ['is null', 'null', 'has version undefined, this command knows 2'],
    ['is a list', '[1]', 'has version undefined, this command knows 2'],
  ])('refuses a ConfigMap that %s, says where, and what to do', (_, json, expected) => {
    const [problem, ...others] = problemsOf(() => parseSettings(json, WHERE));
    expect(problem).toContain(WHERE);
    expect(problem).toContain(expected);
    expect(problem).toMatch(/install this version of the runner there/);
    expect(others).toEqual([]);
  });
});
