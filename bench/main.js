// @ts-check
// Measures side by side in one run and writes bench/RESULTS.md. With KUBECONFIG the API server is measured too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart, size } from './chart.js';
import { cloning } from './clone.js';
import { dryRun } from './dry-run.js';
import { logs } from './logs.js';
import { hasCluster } from './namespace.js';
import { overhead } from './overhead.js';
import { spawnOne } from './spawn.js';
import { spawnMany } from './spawn-many.js';
import { start } from './start.js';
import { synth } from './synth.js';

/** @param {import('./logs.js').Delay[]} all */
function delays(all) {
  const rows = all
    .filter(({ lines }) => lines > 0)
    .map(({ name, median, p99, lines }) => `| ${name} | ${median.toFixed(0)} | ${p99.toFixed(0)} | ${lines} |`);
  const more = (all[1]?.p99 ?? 0) - (all[0]?.p99 ?? 0);
  const verdict = `${all[1]?.name}: p99 **${more.toFixed(0)} ms** more than ${all[0]?.name}. Budget: at most 100, ${more <= 100 ? 'met' : 'MISSED'}.`;
  const silent = all.filter(({ lines }) => lines === 0).map(({ name }) => `${name}: no line came through a pipe.`);
  const without =
    all.length < 3 ? ['', 'kubetail is not on PATH here, and was not measured.'] : silent.flatMap((text) => ['', text]);
  const head = ['| what | median ms | p99 ms | lines |', '| --- | --- | --- | --- |'];
  const text = ['## A log line from pod to terminal', '', ...head, ...rows, '', verdict, ...without].join('\n');
  console.log(`${text}\n`);
  return text;
}

/** @param {number} number */
const milliseconds = (number) => number.toFixed(number < 10 ? 2 : 0);

/**
 * @param {string} title
 * @param {import('./measure.js').Measured[]} measured
 * @param {{ of: number, to: number, budget?: number }[]} ratios indices, and what each may be at most; the first one's `to` is 1
 */
function section(title, measured, ...ratios) {
  const median = (/** @type {number} */ index) => measured[index]?.median ?? 1;
  const rows = measured.map(({ name, median: own, best }) => {
    const cells = [name.replaceAll('|', '\\|'), milliseconds(own), milliseconds(best)];
    return `| ${[...cells, (own / median(ratios[0]?.to ?? 0)).toPrecision(2)].join(' | ')} |`;
  });
  const verdicts = ratios.map(({ of, to, budget }) => {
    const ratio = median(of) / median(to);
    const verdict = budget ? ` Budget: at most ${budget}, ${ratio <= budget ? 'met' : 'MISSED'}.` : '';
    return `${measured[of]?.name}: **${ratio.toPrecision(ratio < 0.1 ? 2 : 3)}** of ${measured[to]?.name}.${verdict}`;
  });
  const head = ['| what | median ms | best ms | ratio of medians |', '| --- | --- | --- | --- |'];
  const text = [`## ${title}`, '', ...head, ...rows, '', verdicts.join('\n\n')].join('\n');
  console.log(`${text}\n`);
  return text;
}

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-bench-'));
try {
  const whole = await overhead();
  const sections = [
    section('A dry run', await dryRun(folder), { of: 2, to: 1, budget: 1.3 }),
    section('The chart', await chart(), { of: 1, to: 0, budget: 1.2 }),
    size(),
    section('Everything rendered', await synth(folder), { of: 1, to: 0, budget: 0.4 }),
    hasCluster()
      ? section(
          'One task to the API server',
          await spawnOne(folder),
          { of: 4, to: 0, budget: 0.45 },
          // What is left of the budget by kubectl alone, which authenticates.
          { of: 3, to: 0 },
          { of: 4, to: 3 },
        )
      : '## One task to the API server\n\nNot measured: KUBECONFIG names no cluster that answers.',
    hasCluster()
      ? section(
          'A hundred tasks to the API server, for one of them',
          await spawnMany(folder),
          // 60 times as many pods in a second; 90 % of what the bare client does in one.
          { of: 3, to: 0, budget: 0.0167 },
          { of: 3, to: 1, budget: 1.11 },
          // What the machine and kubectl leave of the two budgets.
          { of: 1, to: 0 },
          { of: 2, to: 1 },
          { of: 3, to: 2 },
        )
      : '## A hundred tasks to the API server\n\nNot measured: KUBECONFIG names no cluster that answers.',
    hasCluster()
      ? delays(await logs())
      : '## A log line from pod to terminal\n\nNot measured: KUBECONFIG names no cluster that answers.',
    section('Start-up', await start(), { of: 3, to: 0 }),
    section('Clone of 5,000 commits and 300 MB of history', await cloning(folder), { of: 1, to: 0, budget: 0.4 }),
    section('What the program adds to OpenCode', whole.measured, { of: 1, to: 0 }),
    `The program in the pod took ${whole.megabytes.toFixed(0)} MB of memory at most (budget: 80), beside OpenCode.`,
  ];
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  const head = `# Results\n\nWritten by \`npm run bench\`: ${machine}. Ratios hold, milliseconds are the machine's.`;
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${[head, ...sections].join('\n\n')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
