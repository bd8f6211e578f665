// @ts-check
import { PARTS, rowStart } from './table.js';

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** @param {import('./protection.js').Protection} protection @param {readonly string[]} failed */
function rowOf(protection, failed) {
  const first = failed[0] ? `${failed.length}: ${cell(failed[0])}` : MISSED;
  return `${rowStart(protection)} \`${protection.test}\` | ${first}${failed.length > 1 ? ', …' : ''} |`;
}

const MISSED = 'NOT NOTICED';

/**
 * docs/protections.md.
 * @param {ReadonlyMap<import('./protection.js').Protection, readonly string[]>} found for each protection that was tried, the tests that failed without it
 * @param {string} before the page as it was: it keeps the rows of those that were not tried
 */
export function pageOf(found, before) {
  const known = before.split('\n');
  const parts = Object.entries(PARTS).map(([part, protections]) => {
    const rows = protections.map((protection) => {
      const failed = found.get(protection);
      if (failed) return rowOf(protection, failed);
      return known.find((row) => row.startsWith(rowStart(protection))) ?? rowOf(protection, []);
    });
    return `## ${part}\n\n| protection | where | noticed by | tests that failed |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const all = parts.join('\n');
  const count = Object.values(PARTS).flat().length;
  return `# Protections

Written by \`npm run protections\`. In a copy of the project it switches each of these off, one at a time, and runs the tests that
watch over it: a protection that can be lost without a failing test is none. ${count} protections; ${all.split(MISSED).length - 1} not noticed.
\`PROTECTIONS=word npm run protections\` tries those whose name or part has the word, and writes their rows.

What only a cluster can show is shown there, in the same way where that is possible: \`test/cluster/admission.test.ts\` takes each
rule of the SpawnPolicy away and sees one of its cases get through; \`test/cluster/egress.test.ts\` sends packets from runs, and from a
pod without any policy that reaches all of it; \`test/cluster/rbac.test.ts\` asks the API server for each right, and tries what
somebody would try who is after more.

${all}`;
}
