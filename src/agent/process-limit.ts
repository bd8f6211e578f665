import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a container sees how many processes it may have: cgroup v2, and v1. */
const FILES = ['sys/fs/cgroup/pids.max', 'sys/fs/cgroup/pids/pids.max'];

/**
 * How many processes and threads this container may have, as a note for a person. The kubelet's `podPidsLimit` is a limit of
 * the pod, whose cgroup a container does not see.
 * @param root `/`, or a folder in its place
 * @see https://kubernetes.io/docs/concepts/policy/pid-limiting/
 */
export function processLimit(root = '/'): string {
  const [limit] = FILES.flatMap((file) => read(join(root, file)));
  if (limit === undefined) return 'the limit of processes cannot be read';
  if (limit !== 'max') return `the container may have ${limit} processes`;
  return 'the container has no limit of processes: set podPidsLimit of the kubelet, which is not seen from here (docs/install.md)';
}

function read(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8').trim()];
  } catch {
    return [];
  }
}
