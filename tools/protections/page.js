// @ts-check
import { PARTS, rowStart } from './table.js';

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/**
 * docs/protections.md.
 * @param {ReadonlyMap<import('./protection.js').Protection, readonly string[]>} found for each protection, the tests that failed without it
 */
export function pageOf(found) {
  const missed = [...found.values()].filter((failed) => failed.length === 0).length;
  const parts = Object.entries(PARTS).map(([part, protections]) => {
    const rows = protections.map((protection) => {
      const failed = found.get(protection) ?? [];
      const first = failed[0] ? `${failed.length}: ${cell(failed[0])}` : 'NOT NOTICED';
      return `${rowStart(protection)} \`${protection.test}\` | ${first}${failed.length > 1 ? ', …' : ''} |`;
    });
    return `## ${part}\n\n| protection | where | noticed by | tests that failed |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Protections

Written by \`npm run protections\`. In a copy of the project it switches each of these off, one at a time, and runs the tests that
watch over it: a protection that can be lost without a failing test is none. ${found.size} protections; ${missed} not noticed.
\`PROTECTIONS=word npm run protections\` runs those whose name has the word, and does not write this page.

What only a cluster can show is shown there, in the same way where that is possible: \`test/cluster/admission.test.ts\` takes each
rule of the SpawnPolicy away and sees one of its cases get through; \`test/cluster/egress.test.ts\` sends packets from runs, and from a
pod without any policy that reaches all of it; \`test/cluster/rbac.test.ts\` asks the API server for each right, and tries what
somebody would try who is after more.

${parts.join('\n')}`;
}
