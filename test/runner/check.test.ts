import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { processLimit } from '../../src/runner/process/process-limit.js';
import { gitIn } from '../support/git-repository.js';
import { startWorld } from '../support/world.js';
import { PATIENCE } from './steps.js';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const check = (options: Parameters<typeof world.run>[1] = {}) =>
  world.run(world.plan({ task: 'doctor', check: true }).pod, options);

describe('a run that only checks', () => {
  test(
    'says that the repository can be read and pushed to, changes nothing there, and asks no model',
    async () => {
      const before = await gitIn(world.repository.dir, 'for-each-ref');
      const { result, code } = await check();
      expect(result).toMatchObject({
        outcome: 'no-changes',
        message: `checked: ${world.url} can be read and pushed to; nothing was changed; ${processLimit()}`,
      });
      expect(code).toBe(10);
      expect(await gitIn(world.repository.dir, 'for-each-ref')).toBe(before);
      expect(world.model.requests).toEqual([]);
    },
    PATIENCE,
  );
  test(
    'tells of a credential that may only read',
    async () => {
      const { result } = await check({ username: 'reader' });
      expect(result).toMatchObject({ outcome: 'auth-failed' });
    },
    PATIENCE,
  );
  test(
    'tells of a wrong credential',
    async () => {
      expect((await check({ password: 'wrong' })).result).toMatchObject({ outcome: 'auth-failed' });
    },
    PATIENCE,
  );
});
