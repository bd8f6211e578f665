// @ts-check
// Measures side by side in one run and writes bench/RESULTS.md. With KUBECONFIG the API server is measured too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart, size } from './chart.js';
import { dryRun } from './dry-run.js';
import { hasCluster, spawnOne } from './spawn.js';
import { synth } from './synth.js';

/** @param {number} number */
const two = (number) => number.toFixed(2);

/**
 * @param {string} title
 * @param {import('./measure.js').Measured[]} measured
 * @param {{ of: number, to: number, budget: number }} ratio indices, and what it may be at most
 */
function section(title, measured, { of, to, budget }) {
  const base = measured[to];
  const rows = measured.map(
    ({ name, median, best }) =>
      `| ${name.replaceAll('|', '\\|')} | ${median.toFixed(0)} | ${best.toFixed(0)} | ${two(median / (base?.median ?? 1))} |`,
  );
  const ratio = (measured[of]?.median ?? 0) / (base?.median ?? 1);
  const text = [
    `## ${title}`,
    '',
    '| what | median ms | best ms | ratio of medians |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${measured[of]?.name}: **${two(ratio)}** of ${base?.name}. Budget: at most ${budget}, ${ratio <= budget ? 'met' : 'MISSED'}.`,
  ].join('\n');
  console.log(`${text}\n`);
  return text;
}

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-bench-'));
try {
  const sections = [
    section('A dry run', dryRun(folder), { of: 2, to: 1, budget: 1.3 }),
    section('The chart', chart(), { of: 1, to: 0, budget: 1.2 }),
    size(),
    section('Everything rendered', synth(folder), { of: 1, to: 0, budget: 0.4 }),
    hasCluster()
      ? section('One task to the API server', spawnOne(folder), { of: 2, to: 0, budget: 0.45 })
      : '## One task to the API server\n\nNot measured: KUBECONFIG names no cluster that answers.',
  ];
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  const head = `# Results\n\nWritten by \`npm run bench\`: ${machine}. Ratios hold, milliseconds are the machine's.`;
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${[head, ...sections].join('\n\n')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
