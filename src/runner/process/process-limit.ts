import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files with the process limit of a container: of cgroup v2, and of v1. */
const FILES = ['sys/fs/cgroup/pids.max', 'sys/fs/cgroup/pids/pids.max'];

/**
 * A note on the most processes and threads of this container, for a person. The kubelet's `podPidsLimit` is a limit of
 * the pod, whose cgroup a container cannot see.
 * @param root `/`, or a folder instead of it
 * @see https://kubernetes.io/docs/concepts/policy/pid-limiting/
 */
export function processLimit(root = '/'): string {
  const [limit] = FILES.flatMap((file) => read(join(root, file)));
  if (limit === undefined) return 'the limit of processes cannot be read';
  if (limit !== 'max') return `the container may have ${limit} processes`;
  return (
    'the container has no limit of processes: set podPidsLimit of the kubelet, which is not visible ' +
    'from here (docs/install.md)'
  );
}

function read(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8').trim()];
  } catch {
    return [];
  }
}
