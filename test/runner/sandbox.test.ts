import { EventEmitter } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';

/** What each address does; the others are not there. */
const answers = new Map<string, 'accepts' | 'refuses' | 'is silent'>();

jest.unstable_mockModule('node:net', () => ({
  connect: ({ host, port }: { host: string; port: number }) => {
    const socket = Object.assign(new EventEmitter(), {
      destroy: () => {},
      setTimeout: (_: number, end: () => void) => {
        if (answer === 'is silent') setImmediate(end);
      },
    });
    const answer = answers.get(`${host}:${port}`) ?? 'is silent';
    if (answer === 'accepts') setImmediate(() => socket.emit('connect'));
    if (answer === 'refuses') setImmediate(() => socket.emit('error', { code: 'ECONNREFUSED' }));
    return socket;
  },
}));
const { checkSandbox } = await import('../../src/runner/process/sandbox.js');

const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

describe('the sandbox', () => {
  test('is closed where nobody answers', async () => {
    answers.clear();
    await expect(checkSandbox(env)).resolves.toBeUndefined();
  });
  test('is closed where a plugin rejects what nobody would refuse', async () => {
    answers.clear();
    for (const address of ['169.254.255.254:80', '169.254.169.254:80', '10.96.0.1:443'])
      answers.set(address, 'refuses');
    await expect(checkSandbox(env)).resolves.toBeUndefined();
  });
  test('is open where something accepts, though a plugin rejects', async () => {
    answers.set('10.96.0.1:443', 'accepts');
    await expect(checkSandbox(env)).rejects.toMatchObject({ outcome: 'sandbox-open' });
  });
  test.each([
    ['169.254.169.254:80', 'the metadata service'],
    ['10.96.0.1:443', 'the API server'],
  ])('is open where %s accepts or refuses, which is %s', async (address, what) => {
    for (const answer of ['accepts', 'refuses'] as const) {
      answers.clear();
      answers.set(address, answer);
      await expect(checkSandbox(env)).rejects.toMatchObject({
        outcome: 'sandbox-open',
        message: `this pod reaches ${what} at ${address}; nothing was run`,
      });
    }
  });
});
