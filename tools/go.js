// @ts-check
// Tools and files from Go modules for the tests. Programs are built once. `go` checks every module against the public checksum
// database, or against its locally stored sum.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { once } from './once.js';

/** Folder that keeps tools between runs. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'agentic-sdlc-agent-runner');

/** @param {string} name @returns {string[]} the programs of this name */
export const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .filter(existsSync);

export const hasGo = () => onPath('go').length > 0;

/** @param {string} source like example.com/cmd/tool@v1.2.3 */
export function goProgramFile(source) {
  const [path = '', version] = source.split('@');
  // The last part of a module's path may be its major version.
  const name =
    path
      .replace(/\/v\d+$/, '')
      .split('/')
      .pop() ?? '';
  return join(cache, `${name}-${version}`, name);
}

/**
 * Path of a program. Builds it if it does not exist yet.
 * @param {string} source like example.com/cmd/tool@v1.2.3
 */
export function goProgram(source) {
  const file = goProgramFile(source);
  return once(file, `Building ${basename(file)} from the Go module ${source}`, (temporary) =>
    goInstall(source, temporary),
  );
}

/** Builds a program. @param {string} source @param {string} file */
export function goInstall(source, file) {
  const folder = mkdtempSync(`${file}-`);
  try {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
    const args = ['install', '-trimpath', '-ldflags', '-s -w', source];
    execFileSync('go', args, { env, stdio: 'inherit', cwd: homedir() });
    renameSync(join(folder, basename(goProgramFile(source))), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Folder with the files of a module. Do not change them.
 * @param {string} source like example.com/module@v1.2.3
 */
export function goModule(source) {
  const json = execFileSync('go', ['mod', 'download', '-json', source], { encoding: 'utf8', cwd: homedir() });
  return /** @type {{ Dir: string }} */ (JSON.parse(json)).Dir;
}
