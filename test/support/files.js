// @ts-check
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every file below a folder, as path and text.
 * @param {string} directory
 * @returns {Record<string, string>}
 */
export function filesBelow(directory) {
  const paths = /** @type {string[]} */ (readdirSync(directory, { recursive: true }));
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(directory, path)).isFile())
      .map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
}
