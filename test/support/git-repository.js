// @ts-check
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

// Inherited GIT_* variables (as inside a git hook) and the user's configuration would change what git does here.
export const cleanEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/**
 * Runs git in a directory and returns its trimmed output.
 * @param {string} dir
 * @param {string[]} args
 */
export const gitIn = (dir, ...args) => run(dir, args);

/**
 * @param {string} dir
 * @param {string[]} args
 * @param {string | Buffer} [input]
 * @returns {Promise<string>}
 */
function run(dir, args, input = '') {
  return new Promise((done, fail) => {
    const options = { env: cleanEnv, maxBuffer: 1 << 28 };
    const child = execFile('git', ['-C', dir, ...args], options, (error, stdout) =>
      error ? fail(error) : done(stdout.trim()),
    );
    // A git that ends early breaks the pipe; its exit code already tells.
    child.stdin?.on('error', () => {}).end(input);
  });
}

/**
 * Feeds `git fast-import`, which takes what no checkout could hold.
 * @param {string} dir a bare repository
 * @param {string | Buffer} stream
 */
export const fastImport = (dir, stream) => run(dir, ['fast-import', '--quiet', '--date-format=now'], stream);

/**
 * Makes the bare repository `root/<owner>/<name>.git` with one commit of the given files.
 * @param {string} root
 * @param {string} name `owner/name`
 * @param {Record<string, string>} [files]
 * @param {{ branch?: string }} [options]
 */
export async function createRepository(root, name, files = {}, { branch = 'main' } = {}) {
  const dir = join(root, `${name}.git`);
  await mkdir(dir, { recursive: true });
  await gitIn(dir, 'init', '--quiet', '--bare', `--initial-branch=${branch}`);
  for (const key of ['http.receivepack', 'uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) {
    await gitIn(dir, 'config', key, 'true');
  }
  return { dir, commit: await commitTo(dir, branch, files, 'initial') };
}

/**
 * Adds a commit to a branch of a bare repository; a missing branch starts at `from`, or without a parent.
 * @param {string} dir
 * @param {string} branch
 * @param {Record<string, string>} files
 * @param {string} [message]
 * @param {{ from?: string }} [options]
 * @returns {Promise<string>} the new commit
 */
export async function commitTo(dir, branch, files, message = 'change', { from } = {}) {
  const ref = `refs/heads/${branch}`;
  const tip = await gitIn(dir, 'for-each-ref', '--format=%(objectname)', ref);
  const parent = tip || (from && (await gitIn(dir, 'rev-parse', '--verify', `${from}^{commit}`)));
  const data = (/** @type {string} */ text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = [
    `commit ${ref}\ncommitter Test <test@example.com> now\n${data(message)}`,
    parent ? `from ${parent}\n` : '',
    ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
  ];
  await fastImport(dir, stream.join(''));
  return gitIn(dir, 'rev-parse', ref);
}
