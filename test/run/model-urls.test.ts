import { describe, expect, test } from '@jest/globals';
import { MODEL_URLS, ownModelUrl } from '../../src/run/model-urls.js';

describe('the APIs of the providers', () => {
  test.each(Object.entries(MODEL_URLS))('%s is at %s, over TLS and without a slash at its end', (provider, url) => {
    expect(new URL(url).protocol).toBe('https:');
    expect(url).not.toMatch(/\/$/);
    expect(ownModelUrl(provider)).toBe(url);
  });

  test.each(['azure', 'amazon-bedrock', 'google-vertex', 'local', 'constructor', '__proto__', ''])(
    'of %j are nowhere that the runner knows',
    (provider) => expect(ownModelUrl(provider)).toBe(''),
  );
});
