import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process/command.js';
import type { Git } from './git.js';

/** Makes a repository that fetches missing files from the remote one by one. */
export async function emptyRepository(git: Git, directory: string): Promise<string> {
  await git.run('/', ['init', '--quiet', '--bare', directory]);
  fetchWhenAsked(directory, git.repository);
  return directory;
}

/** Makes the remote the source of missing objects. The repository must be new. */
export function fetchWhenAsked(directory: string, url: string): void {
  configure(directory, [
    ['core', { repositoryFormatVersion: '1' }],
    ['extensions', { partialClone: 'origin' }],
    [
      'remote "origin"',
      { url, fetch: '+refs/heads/*:refs/remotes/origin/*', promisor: 'true', partialCloneFilter: 'blob:none' },
    ],
  ]);
}

/**
 * Appends sections to a repository's configuration. `git config` would need a process for each value.
 * @see https://git-scm.com/docs/git-config#_syntax
 */
export function configure(
  directory: string,
  sections: readonly (readonly [section: string, values: Readonly<Record<string, string>>])[],
): void {
  const text = sections.map(([section, values]) => {
    const lines = Object.entries(values).map(([name, value]) => `\t${name} = ${quoted(value)}\n`);
    return `[${section}]\n${lines.join('')}`;
  });
  appendFileSync(join(directory, 'config'), text.join(''));
}

const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** Lets a repository read the objects of others. */
export function borrowObjects(repository: string, ...objects: readonly string[]): void {
  writeFileSync(join(repository, 'objects/info/alternates'), objects.map((folder) => `${folder}\n`).join(''));
}

/** Whether a folder of objects has only regular files and folders. Git would wait forever for a writer to a pipe. */
export async function arePlainObjects(objects: string): Promise<boolean> {
  const search = [objects, '!', '-type', 'f', '!', '-type', 'd'];
  const { code, stdout } = await runCommand('find', search, { cwd: '/', env: {} });
  return code === 0 && stdout === '';
}
