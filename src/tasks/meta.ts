import type { Mode } from './task.js';

/**
 * The modes of tasks in a `tasks_meta.json` of the spec-kit fork. Entries without a mode are left out.
 * @returns undefined if it is not such a file
 */
export function metaModes(json: string): Map<string, Mode> | undefined {
  let tasks: unknown;
  try {
    tasks = (JSON.parse(json) as { tasks?: unknown } | null)?.tasks;
  } catch {
    return undefined;
  }
  if (typeof tasks !== 'object' || tasks === null) return undefined;
  const modes = new Map<string, Mode>();
  for (const [id, entry] of Object.entries(tasks as Record<string, { execution_mode?: unknown } | null>)) {
    const mode = String(entry?.execution_mode ?? '').toUpperCase();
    if (mode === 'SYNC' || mode === 'ASYNC') modes.set(id, mode);
  }
  return modes;
}
