import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { missingScanners, sbom } from '../../tools/scanners.js';
import { buildImage, saveImage } from '../support/cluster.js';
import { MINUTES } from './namespace.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-sbom-'));
afterAll(() => rmSync(folder, { recursive: true }));
const missing = missingScanners();
if (missing) console.warn(`The SBOM of the image is skipped: ${missing}`);

(missing ? test.skip : test)(
  'the SBOM of the image names what a run uses, with its version, and OpenCode in the version of the lock file',
  () => {
    const file = join(folder, 'image.tar');
    saveImage(buildImage(process.env.TEST_IMAGE), file);
    const { packages } = JSON.parse(sbom(file)) as { packages: { name: string; versionInfo?: string }[] };
    const versions = Object.fromEntries(packages.map(({ name, versionInfo }) => [name, versionInfo]));
    for (const name of ['git', 'node', 'openssh-client', 'ripgrep', 'tini']) expect(versions[name]).toMatch(/^\d/);
    const { optionalDependencies } = JSON.parse(readFileSync('docker/image/package.json', 'utf8'));
    expect(versions).toMatchObject(optionalDependencies);
  },
  10 * MINUTES,
);
