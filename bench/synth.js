// @ts-check
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, run } from './measure.js';

const project = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} folder */
export function synth(folder) {
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: join(project, 'bench') });
  const modules = join(project, 'bench/node_modules');
  const app = `node --no-warnings --loader ${modules}/ts-node/esm.mjs src/main.ts`;
  const output = join(folder, 'stock');
  const flags = ['--no', 'cdk8s', 'synth', '--check-upgrade=false', '--app', app, '--output', output];
  return measure(
    [
      {
        name: 'stock: cdk8s synth of the same app through ts-node (TypeScript 5.9)',
        run: () => run('npx', flags, { cwd: project, env: { TS_NODE_COMPILER: join(modules, 'typescript') } }),
      },
      { name: 'npm run synth', run: () => run('npm', ['run', 'synth'], { cwd: project }) },
    ],
    5,
  );
}
