import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { GIT_NEEDED, OPENCODE_NEEDED } from '../tools/check-image.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(project, path), 'utf8');

/** The stage that becomes the image, as instructions in one line each. */
function stage(dockerfile: string): string[] {
  const [image = ''] = read(dockerfile)
    .replaceAll('\\\n', '')
    .split(/^FROM /m)
    .slice(-1);
  return image.split('\n');
}
const dockerfiles = readdirSync(join(project, 'docker')).filter((name) => name.startsWith('Dockerfile'));

describe.each(dockerfiles)('the image of docker/%s', (dockerfile) => {
  const image = stage(`docker/${dockerfile}`);

  test('has no program with a setuid or setgid bit, whatever has been installed before', () => {
    const [run = '', ...others] = image.filter((line) => line.startsWith('RUN apt-get'));
    expect(run).toMatch(/apt-get install .* && find \/ -xdev -perm \/6000 -type f -exec chmod a-s \{\} \+$/);
    expect(others).toEqual([]);
  });
  test('is no other image than Debian’s, with what is named', () => {
    expect(image[0]).toBe('debian:$' + '{DEBIAN}');
  });
  test('runs as a user that is not root', () => expect(image).toContain('USER 10001:0'));
});

test('the agent’s image has nothing of the runner’s, and starts nothing by itself', () => {
  const copied = stage('docker/Dockerfile.opencode').filter((line) => line.startsWith('COPY'));
  expect(copied).toHaveLength(2);
  for (const line of copied) expect(line).toMatch(/^COPY --from=build \/build\/node_modules\/opencode-linux-x64\//);
  expect(stage('docker/Dockerfile.opencode').join('\n')).not.toMatch(/^(ENTRYPOINT|CMD)/m);
});
test('the runner’s image has neither OpenCode nor a program that fetches what it is told', () => {
  expect(stage('docker/Dockerfile.runner').join('\n')).not.toMatch(/opencode|curl|wget|npm|ripgrep/);
});
test('the runner’s program trusts the certificates that git trusts: those of the system', () => {
  expect(stage('docker/Dockerfile.runner').join('\n')).toMatch(/^ENTRYPOINT .*"node", .*"--use-system-ca", /m);
});

test('OpenCode has the version of its client, everywhere', () => {
  const { devDependencies } = JSON.parse(read('package.json'));
  const image = JSON.parse(read('docker/image/package.json'));
  const version = devDependencies['@opencode-ai/sdk'];
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(image.devDependencies['@opencode-ai/sdk']).toBe(version);
  expect(image.optionalDependencies['opencode-linux-x64']).toBe(version);
  expect(image.devDependencies.esbuild).toBe(devDependencies.esbuild);
});
test('docker/README.md names the versions that an agent’s image is checked for', () => {
  const page = read('docker/README.md');
  expect(page).toContain(`| OpenCode ${OPENCODE_NEEDED} as `);
  expect(page).toContain(`opencode-linux-x64@${OPENCODE_NEEDED}`);
  expect(page).toContain(`| git ${GIT_NEEDED} or later`);
});
