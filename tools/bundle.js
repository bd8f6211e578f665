// @ts-check
// Bundles what users run: the commands (lib/bundle/cli.cjs) and the program in the pod (lib/bundle/agent.mjs).
// Runs after tsc: the values of some modules are computed here once, so that no command loads a schema.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'lib/bundle/cli.cjs');

/** @type {import('esbuild').Plugin} */
const precomputed = {
  name: 'precomputed',
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/]cli[\\/](built-in-settings|version)\.ts$/ }, async ({ path }) => {
      const values = await import(path.replace(/src([\\/]cli[\\/].*)\.ts$/, 'lib$1.js'));
      const lines = Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
      return { contents: lines.join('\n'), loader: 'js' };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: cli,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // bin/launch.cjs runs it as a script, which cannot import.
  supported: { 'dynamic-import': false },
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  plugins: [precomputed],
});

// Node 20 has no compile cache of its own: bin/launch.cjs reads V8's, made here by a run of the command.
rmSync(`${cli}.v8`, { force: true });
const task = ['T001', 'main', 'https://github.com/owner/name'];
execFileSync(process.execPath, [join(root, 'bin/spawn-task.cjs'), ...task, '--dry-run', '--env', 'dev'], {
  env: { ...process.env, AGENT_RUNNER_WRITE_CACHE: `${cli}.v8` },
  stdio: ['ignore', 'ignore', 'inherit'],
});
