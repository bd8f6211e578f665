import { basename } from 'node:path';
import { type Changed, changedFiles } from '../git/changed.js';
import type { Git } from '../git/git.js';

/** OpenCode inserts this after the first brace of a configuration without a schema, when it reads it. */
const NAMED = /^\s*\{\s*"\$schema"\s*:\s*"https:\/\/opencode\.ai\/config\.json"\s*,?/;
/** The largest configuration that is checked, in bytes. */
const LONGEST = 1024 * 1024;
const FILES = ['opencode.json', 'opencode.jsonc'];

/**
 * Files in which the schema is the only change. OpenCode made it, so it is not the agent's work.
 * @param written paths that the agent has written itself
 */
export async function namedSchemas(
  git: Git,
  repository: string,
  start: string,
  tree: string,
  written: ReadonlySet<string>,
): Promise<Changed[]> {
  const textOf = (object: string) => git.run(repository, ['cat-file', 'blob', object]);
  const found: Changed[] = [];
  for (const file of await changedFiles(git, repository, start, tree)) {
    const { path, before, after } = file;
    if (!before || !after || !FILES.includes(basename(path)) || written.has(path)) continue;
    if (Number(await git.run(repository, ['cat-file', '-s', after.object])) > LONGEST) continue;
    const [old, own] = [await textOf(before.object), await textOf(after.object)];
    if (own !== old && own.replace(NAMED, '') === old.replace(/^\s*\{/, '')) found.push(file);
  }
  return found;
}
