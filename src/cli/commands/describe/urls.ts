import type { Pod } from '../../../cluster/pod.js';
import { CONTAINERS } from '../../../run/metadata.js';
import { toJson } from '../../../run/printable.js';
import { webUrls } from '../../../run/web-urls.js';
import { type RunRecord, recordOf } from '../../runs/run-record.js';
import type { Terminal } from '../../terminal/terminal.js';

/** Prints the URLs of a run's branch and of its comparison with the base. */
export function printUrls(pod: Pod, json: boolean, terminal: Terminal): void {
  const record = recordOf(pod);
  const branch = record.result?.salvage?.pushed ? record.result.salvage.branch : record.branch;
  const urls = webUrls(record.repository, branch, baseOf(pod, record));
  const lines = [`branch:   ${urls.branch}`, ...(urls.compare ? [`compare:  ${urls.compare}`] : [])];
  terminal.out(json ? toJson(urls) : lines.join('\n'));
  const pushed = record.state === 'delivered' || record.result?.salvage?.pushed;
  if (!pushed) terminal.err(`the run is ${record.state}: its branch may not exist`);
}

/** The start of the task: the given base, or the feature's branch, or the commit that the run found. */
function baseOf(pod: Pod, { branch, result }: RunRecord): string | undefined {
  const env = pod.spec?.containers?.find(({ name }) => name === CONTAINERS.runner)?.env ?? [];
  const [base, feature] = ['GIT_BASE', 'GIT_BRANCH'].map((name) => env.find((one) => one.name === name)?.value);
  return base || (feature !== branch && feature) || result?.baseCommit;
}
