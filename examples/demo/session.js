// @ts-check
// Runs the commands of docs/implement.md, line by line, on the cluster of KUBECONFIG, and writes their output to docs/session.txt.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RUNNER, startPlayground } from './playground.js';

const file = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The commands of docs/implement.md, in order. @returns {string[]} */
export function commandsOfPage() {
  const [, text = ''] = readFileSync(file('docs/implement.md'), 'utf8').split('## Line by line\n');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.split('\n').filter((line) => line !== ''));
}

/**
 * Runs each command in the checkout, as a user would.
 * @param {{ checkout: string, namespace: string }} playground
 * @param {string[]} commands
 */
export function play({ checkout, namespace }, commands) {
  return commands.map((command) => {
    const env = { ...process.env, NAMESPACE: namespace, ENVIRONMENT: '', NO_COLOR: '1' };
    const script = `${RUNNER}\nexec 2>&1\n${command}`;
    const { status, stdout } = spawnSync('bash', ['-c', script], { cwd: checkout, env, encoding: 'utf8' });
    return { command, code: status, output: stdout };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const playground = await startPlayground((text) => console.log(`\n==> ${text}`));
  try {
    const steps = play(playground, commandsOfPage());
    const text = steps.map(
      ({ command, output, code }) => `$ ${command}\n${output}${code ? `[exit code ${code}]\n` : ''}`,
    );
    writeFileSync(file('docs/session.txt'), text.join('\n'));
    console.log('docs/session.txt is written');
  } finally {
    await playground.close();
  }
}
