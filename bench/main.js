// @ts-check
// Measures side by side in one run: npm run bench [-- PART ...]. Without parts it measures all and writes bench/RESULTS.md
// and the pictures of it. With KUBECONFIG the API server is measured too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart, size } from './chart.js';
import { cloning } from './clone.js';
import { dryRun } from './dry-run.js';
import { firstLine } from './first-line.js';
import { logs } from './logs.js';
import { hasCluster } from './namespace.js';
import { overhead } from './overhead.js';
import { spawnOne } from './spawn.js';
import { spawnMany } from './spawn-many.js';
import { start } from './start.js';
import { synth } from './synth.js';

/**
 * A comparison of two measured lines.
 * @typedef {{ of: number, to: number, budget?: number }} Ratio indices, and what the ratio may be at most
 */
/** @typedef {{ title: string, measured: import('./measure.js').Measured[], ratios?: Ratio[], text?: string[] }} Section */
/** @typedef {{ title: string, needsCluster?: boolean, run: (folder: string) => Promise<Section[]> }} Part */

/** @type {Record<string, Part>} */
const PARTS = {
  // First: the end of the parts with a cluster keeps the machine busy for a while.
  start: {
    title: 'Start-up',
    run: async () => {
      const measured = await start();
      const ratios = measured.slice(1).map((_, index) => ({ of: index + 1, to: 0, budget: 1 }));
      return [{ title: 'Start-up', measured, ratios }];
    },
  },
  'dry-run': one('A dry run', dryRun, { of: 2, to: 1, budget: 1.3 }),
  chart: {
    title: 'The chart',
    run: async () => [
      { title: 'The chart', measured: await chart(), ratios: [{ of: 1, to: 0, budget: 1.2 }] },
      { title: 'Size of the chart', measured: [], text: [size()] },
    ],
  },
  synth: one('Everything rendered', synth, { of: 1, to: 0, budget: 0.35 }),
  spawn: {
    ...one(
      'One task to the API server',
      spawnOne,
      { of: 3, to: 1, budget: 1 },
      { of: 3, to: 0, budget: 0.7 },
      { of: 2, to: 0 },
    ),
    needsCluster: true,
  },
  'spawn-many': {
    ...one('A hundred tasks to the API server, per task', spawnMany, { of: 2, to: 1, budget: 1.15 }, { of: 2, to: 0 }),
    needsCluster: true,
  },
  'first-line': {
    ...one(
      'From the command to the first line of the log',
      firstLine,
      { of: 2, to: 0, budget: 1.1 },
      { of: 1, to: 0 },
      { of: 2, to: 1 },
    ),
    needsCluster: true,
  },
  logs: {
    title: 'A log line from pod to terminal',
    needsCluster: true,
    run: async () => [{ title: 'A log line from pod to terminal', measured: [], text: [delays(await logs())] }],
  },
  clone: one('Clone of 5,000 commits and 300 MB of history', cloning, { of: 1, to: 0, budget: 0.4 }),
  run: {
    title: 'What the program adds to OpenCode',
    run: async () => {
      const [small, large] = [await overhead(1, 7), await overhead(150, 2)];
      const ratios = [{ of: 1, to: 0, budget: 1.2 }];
      return [
        {
          title: 'What the program adds to OpenCode',
          measured: small.measured,
          ratios,
          text: [memory(small.megabytes), moments(small.moments)],
        },
        {
          title: 'The same with 150 steps of the agent',
          measured: large.measured,
          ratios,
          text: [memory(large.megabytes)],
        },
      ];
    },
  },
};

/**
 * A part with one section.
 * @param {string} title @param {(folder: string) => Promise<import('./measure.js').Measured[]>} measureAll
 * @param {Ratio[]} ratios
 * @returns {Part}
 */
function one(title, measureAll, ...ratios) {
  return { title, run: async (folder) => [{ title, measured: await measureAll(folder), ratios }] };
}

/** @param {import('./logs.js').Delay[]} all */
function delays(all) {
  const rows = all
    .filter(({ lines }) => lines > 0)
    .map(({ name, median, p99, lines }) => `| ${name} | ${median.toFixed(0)} | ${p99.toFixed(0)} | ${lines} |`);
  const more = (all[1]?.p99 ?? 0) - (all[0]?.p99 ?? 0);
  const verdict = `${all[1]?.name}: p99 **${more.toFixed(0)} ms** more than ${all[0]?.name}. Budget: at most 100, ${more <= 100 ? 'met' : 'MISSED'}.`;
  const silent = all.filter(({ lines }) => lines === 0).map(({ name }) => `${name}: no line came through a pipe.`);
  const without =
    all.length < 3 ? ['', 'kubetail was not measured: it is not on PATH.'] : silent.flatMap((text) => ['', text]);
  const head = ['| what | median ms | p99 ms | lines |', '| --- | --- | --- | --- |'];
  return [...head, ...rows, '', verdict, ...without].join('\n');
}

/** @param {number} number */
const milliseconds = (number) => number.toFixed(number < 10 ? 2 : 0);

/** @param {Section} section @param {Ratio} ratio */
function ratioOf({ measured }, { of, to, budget }) {
  const median = (/** @type {number} */ index) => measured[index]?.median ?? 1;
  const value = median(of) / median(to);
  const names = `${measured[of]?.name} / ${measured[to]?.name}`;
  return { value, shown: value.toPrecision(value < 0.1 ? 2 : 3), met: budget === undefined || value <= budget, names };
}

/** @param {Section} section */
function textOf(section) {
  const { title, measured, ratios = [], text = [] } = section;
  const base = measured[ratios[0]?.to ?? 0]?.median ?? 1;
  const rows = measured.map(({ name, median, best }) => {
    const cells = [name.replaceAll('|', '\\|'), milliseconds(median), milliseconds(best)];
    return `| ${[...cells, (median / base).toPrecision(2)].join(' | ')} |`;
  });
  const head = ['| what | median ms | best ms | ratio of medians |', '| --- | --- | --- | --- |'];
  const verdicts = ratios.map((ratio) => {
    const { of, to, budget } = ratio;
    const { shown, met } = ratioOf(section, ratio);
    const verdict = budget ? ` Budget: at most ${budget}, ${met ? 'met' : 'MISSED'}.` : '';
    return `${measured[of]?.name}: **${shown}** of ${measured[to]?.name}.${verdict}`;
  });
  const table = rows.length > 0 ? [[...head, ...rows].join('\n')] : [];
  return [`## ${title}`, ...table, ...verdicts, ...text].join('\n\n');
}

/** @param {number} megabytes */
const memory = (megabytes) =>
  `The program in the pod used at most ${megabytes.toFixed(0)} MB of memory, not counting OpenCode. Budget: under 110, ${megabytes < 110 ? 'met' : 'MISSED'}.`;

/** @param {Map<string, number[]>} all */
function moments(all) {
  const rows = [...all].map(([step, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return `| ${step} | ${milliseconds(sorted[Math.floor(sorted.length / 2)] ?? 0)} |`;
  });
  return ['| first line of | median ms after the start |', '| --- | --- |', ...rows].join('\n');
}

/** Every budget of the sections, as a share of it. @param {Section[]} sections */
const budgetsOf = (sections) =>
  sections.flatMap((section) =>
    (section.ratios ?? []).flatMap((ratio) => {
      if (ratio.budget === undefined) return [];
      const { value, shown, met, names } = ratioOf(section, ratio);
      /** @type {'met' | 'missed'} */
      const state = met ? 'met' : 'missed';
      return { name: names, value: value / ratio.budget, label: `${shown} of ${ratio.budget}`, state };
    }),
  );

/** Draws with the package that the part synth has installed. @param {Section[]} sections @param {string[]} absent */
async function write(sections, absent) {
  const { draw } = await import('./draw.js');
  draw('budgets', {
    title: 'Each ratio as a share of its budget, which is the line',
    bars: budgetsOf(sections),
    limit: 1,
  });
  const pictures = sections.map((section) => {
    const text = textOf(section);
    if (section.measured.length === 0) return text;
    const name = section.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const bars = section.measured.map(({ name: what, median }) => ({
      name: what,
      value: median,
      label: `${milliseconds(median)} ms`,
    }));
    draw(name, { title: section.title, bars });
    const [heading = '', ...rest] = text.split('\n\n');
    return [heading, `![${section.title}](results/${name}.svg)`, ...rest].join('\n\n');
  });
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  const head = [
    '# Results',
    `Written by \`npm run bench\`: ${machine}. Compare the ratios: the milliseconds depend on the machine.`,
    '![Each ratio as a share of its budget](results/budgets.svg)',
  ];
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${[...head, ...pictures, ...absent].join('\n\n')}\n`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`bench: "${unknown}" is no part of the bench; the parts are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'agent-runner-bench-'));
try {
  /** @type {Section[]} */
  const sections = [];
  const absent = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (part.needsCluster && !hasCluster()) {
      absent.push(`## ${part.title}\n\nNot measured: KUBECONFIG names no cluster that answers.`);
      console.log(absent.at(-1));
      continue;
    }
    const found = await part.run(folder);
    sections.push(...found);
    for (const section of found) console.log(`${textOf(section)}\n`);
  }
  if (wanted.length === 0) await write(sections, absent);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
