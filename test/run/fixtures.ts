import { demoEnvironment } from '../../examples/demo/environment.js';
import { runSettings } from '../../src/charts/run-settings.js';
import { InputError } from '../../src/run/problems.js';
import type { RunSettings } from '../../src/run/settings.js';
import { defineEnvironment } from '../../src/schema/environment.js';

/** An environment's file as a user writes it, to change one thing of. */
export const environmentInput = demoEnvironment({ git: 'https://git.example', model: 'https://model.example/v1' });

/** The settings of that environment. */
export const settings = runSettings(defineEnvironment(environmentInput));

/** Settings that leave a request something to choose. */
export const planSettings: RunSettings = {
  ...settings,
  repositories: ['https://git.example/', 'http://plain.example/'],
  defaultRepo: 'https://git.example/team/app',
  defaultBranch: 'develop',
  gitCredentials: [
    { name: 'git', type: 'token' },
    { name: 'deploy-key', type: 'ssh' },
  ],
  egress: ['github', 'open'],
};

/** What the InputError that `action` throws says; nothing when it throws none. */
export function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

/** Draws whole numbers below a bound; the same ones for the same seed. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** `count` texts of up to `length` pieces of the alphabet. */
export function randomTexts(seed: number, count: number, length: number, alphabet: readonly string[]): string[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: random(length + 1) }, () => alphabet[random(alphabet.length)]).join(''),
  );
}
