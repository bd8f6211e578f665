import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('..', import.meta.url));
const dockerfile = readFileSync(join(project, 'docker/Dockerfile.opencode'), 'utf8');
/** The stage that becomes the image, as instructions in one line each. */
const [image = ''] = dockerfile
  .replaceAll('\\\n', '')
  .split(/^FROM /m)
  .slice(-1);

test('no program of the image has a setuid or setgid bit, whatever has been installed before', () => {
  const [run = '', ...others] = image.split('\n').filter((line) => line.startsWith('RUN apt-get'));
  expect(run).toMatch(/apt-get install .* && find \/ -xdev -perm \/6000 -type f -exec chmod a-s \{\} \+$/);
  expect(others).toEqual([]);
});
