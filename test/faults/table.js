// @ts-check
import { SEED } from './cases.js';
import { NOTHING } from './plain.js';
import { isGood } from './run-cases.js';

/** @typedef {import('./verdict.js').Verdict} Verdict */

/** @param {{ fault: import('./fault.js').Fault, moment: string }} pair */
export const rowStart = ({ fault, moment }) => `| ${fault.name} | ${moment} | `;

/** @template T @param {readonly T[]} list */
const distinct = (list) => [...new Set(list)];

/** Each value, with how often it came when there are several. @param {readonly string[]} list */
function counted(list) {
  const values = distinct(list).sort();
  if (values.length === 1) return values[0];
  return values.map((value) => `${value} (${list.filter((other) => other === value).length})`).join(', ');
}

/** @param {readonly Verdict[]} verdicts of one fault at one moment */
function row(verdicts) {
  const [first] = verdicts;
  if (!first) return '';
  const { fault, moment } = first.one;
  const lost = verdicts.flatMap((verdict) => verdict.lost);
  const claims = verdicts.flatMap((verdict) => verdict.claims);
  const cells = [
    verdicts.length,
    (fault.endings[moment] ?? []).join(' or '),
    counted(verdicts.map(({ given }) => given)),
    counted(verdicts.map(({ where }) => where)),
    lost.length === 0 ? 'none' : `**${distinct(lost).join(', ')}**`,
    claims.length === 0 ? '0' : `**${claims.length}**`,
  ];
  return `${rowStart(first.one)}${cells.join(' | ')} |`;
}

/** What was run and what came of it. @param {readonly Verdict[]} verdicts */
export function table(verdicts) {
  const pairs = distinct(verdicts.map(({ one }) => rowStart(one)));
  const rows = pairs.map((start) => row(verdicts.filter(({ one }) => rowStart(one) === start)));
  const sum = (/** @type {(verdict: Verdict) => number} */ number) =>
    verdicts.reduce((total, verdict) => total + number(verdict), 0);
  const free = verdicts.filter(({ one }) => one.fault.name === NOTHING);
  const delivered = free.filter(({ given }) => given === 'delivered').length;
  const bad = verdicts.filter((verdict) => !isGood(verdict));
  const other = bad.length === 0 ? 'no case' : `${bad.length} cases`;
  return [
    '# What happens when something fails',
    '',
    `\`npm run faults\` wrote this. It runs the program of the pod on this machine, with the real OpenCode, a scripted model and a Git server over HTTP, lets one thing fail in each case, and then compares what the program said with what the bare repository holds. Seed ${SEED}; the first case of each row fails at the moment itself, further ones up to 400 ms later.`,
    '',
    '"none" as an outcome: the program was killed before it could say anything. Work counts as lost when a file that the agent had written is on no branch, in no checkpoint and in no bundle in the log (after a kill that cannot be caught: a file that was there for more than one checkpoint interval), or when a commit that the remote had is on no branch of it any more. A claim is false when the result says delivered or saved and the remote, or the log, does not show it.',
    '',
    '| fault | moment | cases | outcome expected | outcome given | where the work is | work lost | false claims |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `${verdicts.length} cases with ${sum(({ runs }) => runs)} runs: work lost in ${verdicts.filter(({ lost }) => lost.length > 0).length}, false claims in ${verdicts.filter(({ claims }) => claims.length > 0).length}; ${other} ended otherwise than expected. Without a fault: ${free.length} pods created, ${delivered} tasks delivered (${Math.round((100 * delivered) / Math.max(1, free.length))} %).`,
    ...bad.map(
      ({ one, given, problems }) =>
        `\nNot as expected: ${one.fault.name}, ${one.moment}: ${[given, ...problems].join('; ')}.`,
    ),
    '',
  ].join('\n');
}
