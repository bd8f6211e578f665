// @ts-check
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { AGENT_ENTRY } from '../lib/run/agent-entry.js';
import { helm } from '../tools/helm.js';
import { measure, run } from './measure.js';

const ours = fileURLToPath(new URL('../dist/charts/agentic-sdlc-agent-runner', import.meta.url));
const byHand = fileURLToPath(new URL('by-hand', import.meta.url));

/** Policies are literal text in either chart, so the chart written by hand has none. */
const WITHOUT_POLICIES = ['--set', 'spawnPolicy.enabled=false,egress.policy=none'];

/** @param {string} chart */
const render = (chart) =>
  run(helm(), ['template', 'release', chart, '--kube-version', '1.34.0', ...(chart === ours ? WITHOUT_POLICIES : [])]);

/** @param {string} output */
function objects(output) {
  const all = parseAllDocuments(output, { version: '1.1' })
    .map((one) => one.toJS())
    .filter((one) => one !== null);
  for (const one of all) {
    if (one.kind !== 'ConfigMap') continue;
    for (const [name, text] of Object.entries(one.data)) if (name.endsWith('.json')) one.data[name] = JSON.parse(text);
  }
  return Object.fromEntries(all.map((one) => [`${one.kind}/${one.metadata.name}`, one]));
}

export function chart() {
  // Both charts include this file unchanged.
  writeFileSync(join(byHand, 'agent.sh'), AGENT_ENTRY);
  if (!isDeepStrictEqual(objects(render(ours)), objects(render(byHand))))
    throw new Error('the charts render other objects');
  return measure(
    [
      { name: 'helm template of an equal chart written by hand, without a schema', run: () => render(byHand) },
      { name: 'helm template of dist/charts, without its policies', run: () => render(ours) },
    ],
    31,
  );
}

/** The size for a reader: files, lines and bytes. */
export function size() {
  const count = (/** @type {string} */ name, /** @type {string} */ folder, /** @type {RegExp} */ files) => {
    const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)));
    const chosen = paths.filter((path) => statSync(path).isFile() && files.test(path));
    const texts = chosen.map((path) => readFileSync(path, 'utf8'));
    const sum = (/** @type {number[]} */ numbers) => numbers.reduce((one, other) => one + other, 0);
    return `| ${name} | ${chosen.length} | ${sum(texts.map((text) => text.split('\n').length - 1))} | ${sum(texts.map((text) => Buffer.byteLength(text)))} |`;
  };
  return [
    '| what | files | lines | bytes |',
    '| --- | --- | --- | --- |',
    count('templates of dist/charts', join(ours, 'templates'), /./),
    count('values.yaml and values.schema.json of dist/charts', ours, /values\.(yaml|schema\.json)$/),
    count('templates of the chart written by hand', join(byHand, 'templates'), /./),
    count('what derives the templates: src/helm', fileURLToPath(new URL('../src/helm', import.meta.url)), /\.ts$/),
  ].join('\n');
}
