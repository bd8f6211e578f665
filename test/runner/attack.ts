import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';
import { gitIn } from '../support/git-server.js';
import { missingForAlone } from '../support/pod-on-this-machine.js';
import { startWorld } from '../support/world.js';
import { bash, type World, write } from './steps.js';

const missing = missingForAlone();
if (missing) throw new Error(missing);

/**
 * What a script finds: the clone, the root of the pod, the run's repository and one that the attacker would rather have, and
 * what its own git is given in their place.
 */
const PLACES = [
  'W=$PWD; C=$(cd ../../.. && pwd); R=$(cd ../../../../.. && pwd)',
  `URL=$(cat $R/url); OTHER="\${URL%greeter}other"; DOOR=$(git config remote.origin.url)`,
].join('\n');

/** A step that runs a script, with {@link PLACES}. Nothing that it writes ends it. */
export const attack = (script: string) => bash(`${PLACES}\n${script}\ntrue`);

/** A script that leaves a mark when the program's own git starts it: no other has this HOME. */
export const TRAP = '#!/bin/sh\n[ "$HOME" = /nonexistent ] && touch "$TMPDIR/sprung"\nexit 0\n';

/** Steps that do some work, attack, and end well. */
export const working = (script: string, ...last: object[]) => [
  write('work.txt', 'work\n'),
  attack(script),
  ...(last.length > 0 ? last : [{ text: 'Worked.' }]),
];

/** A world in which each script is a task, with a second repository on the same server. */
export async function startAttacks(scripts: Readonly<Record<string, readonly object[]>>) {
  const rules = Object.entries(scripts).map(([name, steps]) => ({ match: `task ${name} says`, steps: [...steps] }));
  const world = await startWorld({ rules });
  const other = join(world.git.root, 'demo/other.git');
  cpSync(world.repository.dir, other, { recursive: true });
  const untouched = await gitIn(other, 'for-each-ref');
  let attempt = 0;

  return {
    ...world,
    /** Runs a task. */
    attacked: (name: string, options: Parameters<World['run']>[1] = {}) => {
      attempt += 1;
      const task = `A${attempt}`;
      return world.run(world.plan({ task, prompt: `Do what task ${name} says.` }).pod, {
        onRoot: (root) => {
          mkdirSync(root, { recursive: true });
          writeFileSync(join(root, 'url'), world.url);
        },
        ...options,
      });
    },
    /** No run says that it delivered what the real repository does not have, and nothing is anywhere else. */
    expectHonest: async (
      { code, result, log }: Awaited<ReturnType<World['run']>>,
      outcomes?: readonly OutcomeName[],
    ) => {
      const told = log.slice(-12).join('\n');
      expect({ told, outcome: outcomes?.includes(result.outcome) ?? true }).toEqual({ told, outcome: true });
      expect(code).toBe(OUTCOMES[result.outcome as OutcomeName].exitCode);
      expect(JSON.parse(log.at(-1) ?? '')).toEqual(result);
      const headOf = (branch: string) =>
        gitIn(world.repository.dir, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
      const head = await headOf(result.branch);
      if (result.outcome === 'delivered') {
        expect(head).toBe(result.commit);
        expect(await gitIn(world.repository.dir, 'show', `${head}:work.txt`)).toBe('work');
      } else expect(result.commit).toBeUndefined();
      if (result.salvage?.pushed) expect(await headOf(result.salvage.branch)).toBe(result.salvage.commit);
      expect(await gitIn(other, 'for-each-ref')).toBe(untouched);
    },
  };
}
