// @ts-check
// Checks whether an image can be the agent's: npm run test:image -- IMAGE. The image runs as in a pod: as user 10001, with a
// read-only root, no capability, no network, and empty volumes for the home and temporary files.
// TEST_RUN_IMAGE   command that runs an image, with the flags of `docker run`. Default: docker run
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (/** @type {string} */ path) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

/** The oldest git for the agent. Since 2.26, git asks for protocol version 2, without which nothing is read over SSH. */
export const GIT_NEEDED = '2.26';

/** Version of the runner's OpenCode client, which fits only the server of the same version. */
export const OPENCODE_NEEDED = JSON.parse(read('../package.json')).devDependencies['@opencode-ai/sdk'];

const USER = '10001:10001';
/** Not the home of a pod: over an existing folder of the image, some runtimes make a volume that its user cannot write to. */
const HOME = '/volumes/home';
/** In a pod, volumes at these paths hide the image's files below them. */
const VOLUMES = [HOME, '/home/agent', '/tmp', '/workspace', '/control'];
/** Exit codes of `docker run`: it starts no container; the container has no such program. */
const NOT_STARTED = 125;
const NO_PROGRAM = [126, 127];

/**
 * @param {string} image
 * @returns {{ good: boolean, report: string }} lines that begin with `ok` or `missing`
 */
export function checkImage(image) {
  const [program = '', ...command] = (process.env.TEST_RUN_IMAGE ?? 'docker run').split(' ');
  const flags = ['--rm', '--interactive', '--user', USER, '--read-only', '--network', 'none', '--cap-drop', 'ALL'];
  const more = ['--security-opt', 'no-new-privileges', '--env', `HOME=${HOME}`, '--workdir', '/tmp'];
  const volumes = VOLUMES.flatMap((path) => ['--tmpfs', `${path}:rw,exec,mode=0777`]);
  const script = ['--entrypoint', '/bin/sh', image, '-s', '--', GIT_NEEDED, OPENCODE_NEEDED];
  const { status, stdout, stderr, error } = spawnSync(program, [...command, ...flags, ...more, ...volumes, ...script], {
    input: read('../docker/check-image.sh'),
    encoding: 'utf8',
  });
  if (error) return { good: false, report: `${program} cannot be started: ${error.message}\n` };
  if (stdout === '' && NO_PROGRAM.includes(status ?? 0)) {
    return { good: false, report: 'missing a shell at /bin/sh: install a POSIX shell, like dash or busybox\n' };
  }
  if (stdout === '' || status === NOT_STARTED) return { good: false, report: `${image} does not start: ${stderr}` };
  return { good: status === 0, report: stdout };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [image, ...others] = process.argv.slice(2);
  if (!image || others.length > 0) {
    console.error('npm run test:image: give exactly one image: npm run test:image -- IMAGE');
    process.exit(2);
  }
  const { good, report } = checkImage(image);
  process.stdout.write(report);
  console.log(good ? `${image} can be the agent's image.` : `${image} cannot be the agent's image yet.`);
  process.exit(good ? 0 : 1);
}
