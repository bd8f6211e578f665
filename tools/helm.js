// @ts-check
// The helms that tests and benchmarks use: HELM3 and HELM4, else the one on PATH, else built once from their Go modules.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const MODULES = { 3: 'helm.sh/helm/v3/cmd/helm@v3.22.0', 4: 'helm.sh/helm/v4/cmd/helm@v4.3.1' };

/**
 * Path of a helm of this major version.
 * @param {3 | 4} major
 */
export function helm(major = 3) {
  return existing(major) ?? build(major);
}

/**
 * @param {3 | 4} major
 * @returns {string | undefined} why there is none
 */
export function missingHelm(major) {
  if (existing(major) || onPath('go').length > 0) return undefined;
  return `no helm ${major}: put it on PATH, name it by HELM${major}, or install Go, so that it can be built`;
}

/** @param {string} name */
const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .filter(existsSync);

/** @param {3 | 4} major */
function existing(major) {
  const given = process.env[`HELM${major}`];
  const found = given ?? onPath('helm').find((file) => versionOf(file).startsWith(`v${major}.`));
  return found ?? (existsSync(target(major)) ? target(major) : undefined);
}

/** @param {string} file */
const versionOf = (file) => execFileSync(file, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });

/** @param {3 | 4} major */
function target(major) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'agentic-sdlc-agent-runner', `helm-${MODULES[major].split('@')[1]}`, 'helm');
}

/** @param {3 | 4} major */
function build(major) {
  const env = { ...process.env, GOBIN: dirname(target(major)), CGO_ENABLED: '0' };
  const args = ['install', '-trimpath', '-ldflags', '-s -w', MODULES[major]];
  execFileSync('go', args, { env, stdio: 'inherit', cwd: homedir() });
  return target(major);
}
