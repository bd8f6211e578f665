// @ts-check
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCodeConfig } from '../lib/charts/opencode-config.js';
import { gitIn } from '../test/support/git-server.js';
import { opencode } from '../test/support/pod-on-this-machine.js';
import { BRANCH, MODEL_KEY, startWorld } from '../test/support/world.js';
import { measure, start } from './measure.js';

/** @param {number} count */
const stepsOf = (count) => [
  ...Array.from({ length: count }, (_, index) => ({
    tool: 'write',
    arguments: { filePath: `{cwd}/src/greet-${index}.js`, content: `export const greet = () => "hello ${index}";\n` },
  })),
  { text: 'Wrote the greetings.' },
];

/**
 * Compares a whole run with plain OpenCode on the same task. Also measures the most memory that the program in the pod takes,
 * and the time of the first log line of each step.
 * @param {number} steps of the agent @param {number} rounds
 */
export async function overhead(steps, rounds) {
  const world = await startWorld({ rules: [{ match: 'task', steps: stepsOf(steps) }] });
  let kilobytes = 0;
  /** @type {Map<string, number[]>} */
  const moments = new Map();
  try {
    const measured = await measure(
      [
        { name: 'opencode run', run: (round) => alone(world, round) },
        {
          name: 'a whole run',
          run: async (round) => {
            const { pod } = world.plan({ task: `T${100 + round}`, prompt: 'Do this task.' });
            /** @type {NodeJS.Timeout | undefined} */
            let timer;
            let began = 0;
            const onStart = (/** @type {import('node:child_process').ChildProcess} */ child) => {
              began = performance.now();
              timer = setInterval(() => {
                kilobytes = Math.max(kilobytes, peak(child.pid));
              }, 100);
            };
            const seen = new Set();
            const onLine = (/** @type {string} */ line) => {
              const [, step] = /^(\w+) +\| /.exec(line) ?? [];
              if (step === undefined || seen.has(step) || round < 0) return;
              seen.add(step);
              moments.set(step, [...(moments.get(step) ?? []), performance.now() - began]);
            };
            const { result } = await world.run(pod, { onStart, onLine });
            clearInterval(timer);
            if (result.outcome !== 'delivered') throw new Error(result.message);
          },
        },
      ],
      rounds,
    );
    return { measured, megabytes: kilobytes / 1024, moments };
  } finally {
    await world.close();
  }
}

/** @param {Awaited<ReturnType<typeof startWorld>>} world @param {number} round */
async function alone(world, round) {
  const folder = join(world.folder, `alone-${round}`);
  await gitIn(world.folder, 'clone', '--quiet', '--branch', BRANCH, world.repository.dir, folder);
  const home = join(folder, '.git/home');
  await closedConfig(home);
  const { provider, ...rest } = openCodeConfig(world.environment);
  const options = { baseURL: world.model.url, apiKey: MODEL_KEY };
  const own = Object.entries(/** @type {object} */ (provider)).map(([name, one]) => [
    name,
    { ...one, models: { [world.environment.model.name]: {} }, options },
  ]);
  const config = JSON.stringify({ ...rest, provider: Object.fromEntries(own) });
  await start(opencode, ['run', '--format', 'json', '--dir', folder], {
    input: 'Do this task.',
    cwd: folder,
    env: {
      HOME: home,
      PWD: folder,
      OPENCODE_CONFIG_CONTENT: config,
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    },
  });
}

/**
 * A home in which, as in a run, OpenCode does not install its plugin SDK at each start. That would take longer than all else.
 * @param {string} home
 */
async function closedConfig(home) {
  const folder = join(home, '.config/opencode');
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n');
  await writeFile(
    join(folder, 'package-lock.json'),
    '{"packages":{"":{"dependencies":{"@opencode-ai/plugin":"*"}}}}\n',
  );
}

/** @param {number} [pid] */
function peak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
