import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { BRANCH, startWorld } from '../support/world.js';
import { PATIENCE, type World } from './steps.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const spawned = (task: string, request = {}) =>
  world.plan({ task, prompt: `Do what task ${task} says.`, ...request }).pod;

describe('OpenCode is not started, and the run ends as', () => {
  const started = async (pod: Parameters<World['run']>[0], options = {}) => {
    const requests = world.model.requests.length;
    const run = await world.run(pod, options);
    expect(world.model.requests.length).toBe(requests);
    return run;
  };

  test('sandbox-open when it reaches the API server, also when that refuses, where it looks', async () => {
    const settings = { sandboxTest: true };
    const [host, port] = new URL(world.git.url).host.split(':');
    for (const env of [
      { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port },
      { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' },
    ] as Record<string, string>[]) {
      const { code, result, log } = await started(spawned('WRITE'), { settings, env });
      expect(code).toBe(OUTCOMES['sandbox-open'].exitCode);
      expect(result.message).toMatch(/this pod reaches .*the API server at 127\.0\.0\.1:\d+; nothing was run/);
      expect(log.join('\n')).not.toContain('clone ');
    }
  });
  test('auth-failed when the password is wrong', async () => {
    const { code, result } = await started(spawned('WRITE'), { password: 'wrong-password' });
    expect(code).toBe(OUTCOMES['auth-failed'].exitCode);
    expect(result.outcome).toBe('auth-failed');
  });
  test('auth-failed when there is no credential', async () => {
    const { result } = await started(spawned('WRITE'), { password: '' });
    expect(result.outcome).toBe('auth-failed');
  });
  test('clone-failed when there is no such repository', async () => {
    const { code, result } = await started(spawned('WRITE', { repo: `${world.git.url}/demo/nothing` }));
    expect(code).toBe(OUTCOMES['clone-failed'].exitCode);
    expect(result).toMatchObject({ outcome: 'clone-failed', message: expect.stringContaining('not found') });
  });
  test(
    'clone-failed after three tries when nothing answers',
    async () => {
      const env = { GIT_REPO: 'http://127.0.0.1:1/demo/greeter' };
      const { result, log } = await started(spawned('WRITE'), { env });
      expect(result.outcome).toBe('clone-failed');
      expect(log.filter((line) => line.includes('trying again'))).toHaveLength(2);
    },
    PATIENCE,
  );
  test.each([
    ['the task is not in tasks.md', { task: 'T099', prompt: undefined }, 'T099 is not in specs/001-greeting/tasks.md'],
    ['the task is a human’s', { task: 'T004', prompt: undefined }, 'marked [SYNC]'],
    [
      'there is no such feature',
      { task: 'T098', contextPath: 'specs/002-x', prompt: undefined },
      'no specs/002-x/tasks.md',
    ],
    ['the branch is not on the remote', { branch: 'unpushed' }, 'branch unpushed is not on the remote'],
    ['the base is not on the remote', { base: 'nowhere' }, '--base nowhere is neither'],
    ['the commit is not on the remote', { branch: 'unpushed', checkout: '1'.repeat(40) }, 'push it'],
  ])('bad-config when %s', async (_, request, message) => {
    const { code, result } = await started(spawned('T002', request));
    expect(code).toBe(OUTCOMES['bad-config'].exitCode);
    expect(result).toMatchObject({ outcome: 'bad-config', message: expect.stringContaining(message) });
  });
  test('bad-config names every variable that is wrong at once', async () => {
    const { result } = await started(spawned('T002'), { env: { TASK_ID: '', GIT_BRANCH: 'a..b', GIT_REPO: '/tmp/x' } });
    expect(result.outcome).toBe('bad-config');
    for (const field of ['TASK_ID', 'GIT_BRANCH', 'repo']) expect(result.message).toContain(field);
  });
});

test(
  'the log holds OpenCode’s raw events where that is asked for',
  async () => {
    const { log } = await world.run(spawned('WRITE', { branch: BRANCH, logFormat: 'json' }));
    const lines = log.slice(0, -1).map((line) => JSON.parse(line));
    expect(lines.some(({ event }) => event?.properties?.part?.type === 'step-finish')).toBe(true);
    expect(lines.some(({ step, message }) => step === 'clone' && message.includes(BRANCH))).toBe(true);
  },
  PATIENCE,
);
