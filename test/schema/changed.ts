import type { EnvironmentInput } from '../../src/schema/environment.js';
import { environmentInput } from '../run/fixtures.js';

/** A valid environment's input with the values at some paths replaced; undefined removes one. */
export function changed(changes: Readonly<Record<string, unknown>>): EnvironmentInput {
  const input = structuredClone(environmentInput);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let parent = input as unknown as Record<string, unknown>;
    for (const key of keys) {
      parent[key] ??= {};
      parent = parent[key] as Record<string, unknown>;
    }
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return input;
}
