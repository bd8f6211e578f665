// @ts-check
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCodeConfig } from '../lib/charts/opencode-config.js';
import { gitIn } from '../test/support/git-server.js';
import { opencode } from '../test/support/pod-on-this-machine.js';
import { BRANCH, MODEL_KEY, startWorld } from '../test/support/world.js';
import { measure, start } from './measure.js';

const STEPS = [
  { tool: 'write', arguments: { filePath: '{cwd}/src/greet.js', content: 'export const greet = () => "hello";\n' } },
  { text: 'Wrote the greeting.' },
];

/** A whole run against OpenCode alone on the same task, and the most memory that the program in the pod takes. */
export async function overhead() {
  const world = await startWorld({ rules: [{ match: 'task', steps: STEPS }] });
  let kilobytes = 0;
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
            const onStart = (/** @type {import('node:child_process').ChildProcess} */ child) => {
              timer = setInterval(() => {
                kilobytes = Math.max(kilobytes, peak(child.pid));
              }, 100);
            };
            const { result } = await world.run(pod, { onStart });
            clearInterval(timer);
            if (result.outcome !== 'delivered') throw new Error(result.message);
          },
        },
      ],
      5,
    );
    return { measured, megabytes: kilobytes / 1024 };
  } finally {
    await world.close();
  }
}

/** @param {Awaited<ReturnType<typeof startWorld>>} world @param {number} round */
async function alone(world, round) {
  const folder = join(world.folder, `alone-${round}`);
  await gitIn(world.folder, 'clone', '--quiet', '--branch', BRANCH, world.repository.dir, folder);
  const key = join(folder, '.git/key');
  await writeFile(key, MODEL_KEY);
  const home = join(folder, '.git/home');
  await closedConfig(home);
  const config = JSON.stringify(openCodeConfig(world.environment)).replace(/\{file:[^}]*\}/, `{file:${key}}`);
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
 * A home in which OpenCode does not install its plugin SDK at each start, as in a run: that takes longer than all else.
 * @param {string} home
 */
async function closedConfig(home) {
  const directory = join(home, '.config/opencode');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, '.gitignore'), '*\n');
  await chmod(directory, 0o555);
}

/** @param {number} [pid] */
function peak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
