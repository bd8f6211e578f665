// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** @typedef {{ name: string, run: (round: number) => unknown }} Case */
/** @typedef {{ name: string, median: number, best: number }} Measured */

/**
 * Runs a program to its end. Throws if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ input?: string, env?: Record<string, string>, cwd?: string }} [options]
 */
export function run(program, args, { input, env = {}, cwd } = {}) {
  // Node 20 parses this file at every start. That is a cost of this machine, not of the program.
  const { NODE_EXTRA_CA_CERTS: _, ...own } = process.env;
  const result = spawnSync(program, args, { input, cwd, env: { ...own, ...env }, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/**
 * Like {@link run}, but this process goes on serving meanwhile. Apart from PATH, the environment is only the given one.
 * @param {string} program
 * @param {string[]} args
 * @param {{ input: string, env: Record<string, string>, cwd: string }} options
 */
export async function start(program, args, { input, env, cwd }) {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.end(input);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

/**
 * Times the cases in turn, round by round, so that a busy machine is busy for all of them.
 * @param {Case[]} cases
 * @param {number} rounds
 * @returns {Promise<Measured[]>}
 */
export async function measure(cases, rounds) {
  const times = cases.map(() => /** @type {number[]} */ ([]));
  for (let round = -1; round < rounds; round++) {
    for (const [index, one] of cases.entries()) {
      const start = process.hrtime.bigint();
      await one.run(round);
      // The first round only fills the disk cache.
      if (round >= 0) times[index]?.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
  }
  return cases.map(({ name }, index) => {
    const sorted = (times[index] ?? []).sort((a, b) => a - b);
    return { name, median: sorted[Math.floor(sorted.length / 2)] ?? 0, best: sorted[0] ?? 0 };
  });
}
