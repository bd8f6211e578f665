import { expect, test } from '@jest/globals';
import { checkImage } from '../../tools/check-image.js';
import { buildImage } from '../support/cluster.js';
import { MINUTES } from './namespace.js';

test.each(['opencode', 'demo'] as const)(
  'the image %s has all that an agent’s image needs',
  (image) => {
    const { good, report } = checkImage(buildImage(image));
    expect(report.split('\n').filter((line) => !/^(ok .*)?$/.test(line))).toEqual([]);
    expect(good).toBe(true);
  },
  10 * MINUTES,
);
test(
  'an image that cannot be an agent’s is one of which each missing thing is named',
  () => {
    const { good, report } = checkImage(buildImage('runner'));
    expect(good).toBe(false);
    expect(report).toMatch(/^missing ripgrep: install it/m);
    expect(report).toMatch(/^missing OpenCode \d+\.\d+\.\d+: install the npm package opencode-linux-x64@/m);
    expect(report).toMatch(/^ok {6}git 2\./m);
  },
  10 * MINUTES,
);
test('an image that is not there says so', () => {
  expect(checkImage('localhost/nobody/made-this:dev')).toMatchObject({
    good: false,
    report: expect.stringMatching(/does not start/),
  });
});
