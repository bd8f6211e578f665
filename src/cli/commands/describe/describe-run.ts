import type { Pod } from '../../../cluster/pod.js';
import { age } from '../../../run/age.js';
import { shortCommit } from '../../../run/names.js';
import { OUTCOMES } from '../../../run/outcomes.js';
import { plainLine } from '../../../run/printable.js';
import type { Result } from '../../../run/result.js';
import { commandLine } from '../../line/command-line.js';
import { type RunRecord, recordOf } from '../../runs/run-record.js';
import { costOf, usageOf } from '../../terminal/amounts.js';

/**
 * What a pod says about its run: one field per line, like kubectl describe.
 * @param flags those that lead a command to the run's namespace and cluster
 */
export function describeRun(pod: Pod, flags: readonly string[]): string {
  const record = recordOf(pod);
  const fields = [...about(record), ...(record.result ? aboutResult(record.result) : []), ...next(record, flags)];
  const width = Math.max(...fields.map(([name]) => name.length)) + 4;
  return fields.map(([name, value]) => `${`${name}:`.padEnd(width)}${plainLine(value)}`.trimEnd()).join('\n');
}

type Field = readonly [name: string, value: string];

function about(record: RunRecord): Field[] {
  const time = (text: string | undefined) => (text ? `${text} (${age(Date.now() - Date.parse(text))} ago)` : '<none>');
  return [
    ['Pod', record.pod],
    ['Namespace', record.namespace],
    ['Task', record.task],
    ['Feature', record.feature],
    ['Repository', record.repository],
    ['Branch', record.branch],
    ['Attempt', String(record.attempt)],
    ['Egress', record.egress ?? '<none>'],
    ['Created by', record.createdBy ?? '<unknown>'],
    ...(record.cancelledBy ? [['Cancelled by', record.cancelledBy] as const] : []),
    ['Created', time(record.created)],
    ['Started', time(record.started)],
    ...(record.ended ? [['Ended', time(record.ended)] as const] : []),
    ['State', record.state],
    ...(record.message ? [['Message', record.message] as const] : []),
  ];
}

function aboutResult({ commit, baseCommit, session, salvage, others, protectedPaths, ...result }: Result): Field[] {
  return [
    ...(commit ? [['Commit', commit] as const] : []),
    ...(baseCommit ? [['Base commit', baseCommit] as const] : []),
    ['Files changed', String(result.filesChanged)],
    ['Duration', age(result.durationSeconds * 1000)],
    ['Tokens', String(result.tokens)],
    ['Cost', costOf(result.cost) || '$0'],
    ...(result.models ?? []).map((one) => [`Model ${one.model}`, usageOf(one)] as const),
    ...(protectedPaths?.length ? [['Not committed', protectedPaths.join(', ')] as const] : []),
    ...(session ? [['Session', session] as const] : []),
    ...(salvage ? [['Saved work', saved(salvage)] as const] : []),
    ...(others?.length ? [['Elsewhere', others.map(place).join('; ')] as const] : []),
    ...(salvage?.leftOut?.length ? [['Left out', salvage.leftOut.join(', ')] as const] : []),
  ];
}

function place({ what, branch, inLog }: NonNullable<Result['others']>[number]): string {
  if (!branch) return `${what}, which could not be saved`;
  return `${what}, ${inLog ? 'only in the log, as' : 'now'} branch ${branch}`;
}

function saved(salvage: NonNullable<Result['salvage']>): string {
  if (salvage.pushed) return `commit ${shortCommit(salvage.commit)} on branch ${salvage.branch}`;
  if ('commit' in salvage) return `commit ${shortCommit(salvage.commit)} only in the log: ${salvage.reason}`;
  return `none: ${salvage.reason}`;
}

/** What the user can do after the run has ended. */
function next({ state, result, pod }: RunRecord, flags: readonly string[]): Field[] {
  if (state === 'waiting' || state === 'running') return [];
  // Without a result, the runner was killed before it could report what it had saved.
  const work = !result || (result.salvage !== undefined && 'commit' in result.salvage);
  return [
    ...(work ? [['Recover', commandLine('agent-runner', 'recover', pod, ...flags)] as const] : []),
    ['Next', OUTCOMES[state].action],
  ];
}
