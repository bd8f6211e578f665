import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from '../../../cluster/api.js';
import { eventsOf } from '../../../cluster/events.js';
import type { Pod } from '../../../cluster/pod.js';
import type { Runs } from '../../../cluster/runs.js';
import { plain, toJson } from '../../../run/printable.js';
import { logOf } from '../../logs/run-log.js';
import { recordOf } from '../../runs/run-record.js';

/**
 * Writes a run's log, result, events and pod to its own folder, completely or not at all. The folder of an earlier save
 * is replaced. Another pod of the same name gets a folder with its uid.
 * @returns the folder
 * @throws ClusterError when something cannot be read, Error when it cannot be written
 */
export async function saveRun(api: Api, runs: Runs, pod: Pod, directory: string): Promise<string> {
  const { name, uid = '' } = pod.metadata;
  const [log, events] = await Promise.all([logOf(runs, pod), eventsOf(api, pod)]);
  const files = {
    log: plain(log),
    'result.json': json(recordOf(pod)),
    'events.json': json(events),
    'pod.json': json({ apiVersion: 'v1', kind: 'Pod', ...pod }),
  };
  mkdirSync(directory, { recursive: true });
  const partial = mkdtempSync(join(directory, `.${name}-`));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(partial, file), text);
    const own = join(directory, name);
    const target = existsSync(own) && uidIn(own) !== uid ? join(directory, `${name}-${uid}`) : own;
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
    return target;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const json = (value: object): string => `${toJson(value, 2)}\n`;

function uidIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'pod.json'), 'utf8')) as Pod).metadata.uid;
  } catch {
    return undefined;
  }
}
