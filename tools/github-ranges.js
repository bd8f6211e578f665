// @ts-check
// Writes src/constructs/github-ranges.ts from the ranges that GitHub publishes.
//   npm run update:github-ranges                  asks GitHub
//   npm run update:github-ranges -- meta.json     reads GitHub's answer from a file, for a machine without access
import { readFileSync, writeFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { fileURLToPath } from 'node:url';

const META = 'https://api.github.com/meta';
const FILE = fileURLToPath(new URL('../src/constructs/github-ranges.ts', import.meta.url));

/**
 * The ranges of an answer: sorted, without duplicates, and without ranges inside of another range.
 * @param {{ git?: unknown, api?: unknown }} meta
 * @returns {string[]}
 */
export function rangesOf({ git, api }) {
  if (!Array.isArray(git) || !Array.isArray(api)) throw new Error('the answer has no lists git and api');
  const all = [...new Set([...git, ...api].map(String))].map(parsed).sort(byAddress);
  const widest = [...all].sort((one, other) => one.prefix - other.prefix);
  const list = new BlockList();
  /** @type {Set<unknown>} */
  const kept = new Set();
  for (const range of widest) {
    if (list.check(range.address, range.family)) continue;
    list.addSubnet(range.address, range.prefix, range.family);
    kept.add(range);
  }
  return all.filter((range) => kept.has(range)).map(({ text }) => text);
}

/** @param {string} text */
function parsed(text) {
  const [address = '', digits = ''] = text.split('/');
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || !/^\d+$/.test(digits) || prefix < 8) throw new Error(`not a range of addresses: ${text}`);
  return { text, address, prefix, family: /** @type {'ipv4' | 'ipv6'} */ (version === 4 ? 'ipv4' : 'ipv6') };
}

/** @param {ReturnType<typeof parsed>} one @param {ReturnType<typeof parsed>} other */
const byAddress = (one, other) =>
  one.family === other.family
    ? one.text.localeCompare(other.text, 'en', { numeric: true })
    : one.family < other.family
      ? -1
      : 1;

/** @param {string} asOf @param {readonly string[]} cidrs */
export const source = (asOf, cidrs) => `// Written by \`npm run update:github-ranges\`. Do not edit it.

/** Ranges of GitHub's Git servers and API, as GitHub publishes them. GitHub says that the list is never complete. */
export const GITHUB_RANGES = {
  /** Date of GitHub's answer. */
  asOf: '${asOf}',
  cidrs: [
${cidrs.map((cidr) => `    '${cidr}',`).join('\n')}
  ],
} as const;
`;

/** @param {string | undefined} file */
async function answer(file) {
  if (file) return JSON.parse(readFileSync(file, 'utf8'));
  const response = await fetch(META, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${META} answers ${response.status}`);
  return response.json();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    writeFileSync(FILE, source(new Date().toISOString().slice(0, 10), rangesOf(await answer(process.argv[2]))));
  } catch (error) {
    console.error(`npm run update:github-ranges: ${/** @type {Error} */ (error).message}; nothing was written`);
    process.exitCode = 1;
  }
}
