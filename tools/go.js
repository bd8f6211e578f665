// @ts-check
// What tests need that is to be had as Go modules: programs, built once, and the files of a module. `go` checks every module
// against the public checksum database, or against the sum that is kept for it here.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Where tools are kept from one run to the next. */
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
 * Path of a program, which is built when it is not there yet.
 * @param {string} source like example.com/cmd/tool@v1.2.3
 */
export function goProgram(source) {
  const file = goProgramFile(source);
  if (existsSync(file)) return file;
  const env = { ...process.env, GOBIN: dirname(file), CGO_ENABLED: '0' };
  execFileSync('go', ['install', '-trimpath', '-ldflags', '-s -w', source], { env, stdio: 'inherit', cwd: homedir() });
  return file;
}

/**
 * Folder with a module's files, which nobody may change.
 * @param {string} source like example.com/module@v1.2.3
 */
export function goModule(source) {
  const json = execFileSync('go', ['mod', 'download', '-json', source], { encoding: 'utf8', cwd: homedir() });
  return /** @type {{ Dir: string }} */ (JSON.parse(json)).Dir;
}
