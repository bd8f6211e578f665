import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { missingScanners, sbom } from '../../tools/scanners.js';
import { buildImage, saveImage } from '../support/cluster.js';
import { MINUTES } from './namespace.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-sbom-'));
afterAll(() => rmSync(folder, { recursive: true }));
const missing = missingScanners();
if (missing) console.warn(`The SBOM of the images is skipped: ${missing}`);
// On a busy machine syft once left out a package that it found in the same image before and afterwards.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

const version = expect.stringMatching(/^\d/);
const withVersions = (names: string[]) => Object.fromEntries(names.map((name) => [name, version]));

/** The version of each package of an image. */
function packagesOf(image: 'runner' | 'opencode'): Record<string, string | undefined> {
  const file = join(folder, `${image}.tar`);
  saveImage(buildImage(image), file);
  const { packages } = JSON.parse(sbom(file)) as { packages: { name: string; versionInfo?: string }[] };
  return Object.fromEntries(packages.map(({ name, versionInfo }) => [name, versionInfo]));
}

(missing ? describe.skip : describe)('the SBOM of an image names what a run uses, with its version', () => {
  test(
    'of the runner’s, which has neither OpenCode nor a program that fetches what it is told',
    () => {
      const versions = packagesOf('runner');
      expect(versions).toMatchObject(withVersions(['git', 'node', 'openssh-client', 'tini']));
      for (const name of ['opencode-linux-x64', 'npm', 'curl', 'wget']) expect(versions).not.toHaveProperty([name]);
    },
    10 * MINUTES,
  );
  test(
    'of the agent’s, with OpenCode in the version of the lock file, and nothing of the runner’s',
    () => {
      const versions = packagesOf('opencode');
      expect(versions).toMatchObject(withVersions(['git', 'ripgrep', 'ca-certificates']));
      const { optionalDependencies } = JSON.parse(readFileSync('docker/image/package.json', 'utf8'));
      expect(versions).toMatchObject(optionalDependencies);
      for (const name of ['node', 'openssh-client', 'tini']) expect(versions).not.toHaveProperty([name]);
    },
    10 * MINUTES,
  );
});
