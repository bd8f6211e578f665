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
 * The texts of blobs, by their names, in one git.
 * @param {string} dir
 * @param {readonly string[]} objects
 * @returns {Promise<Map<string, string>>}
 */
export async function textsOf(dir, objects) {
  const wanted = [...new Set(objects)];
  const out = wanted.length > 0 ? await run(dir, ['cat-file', '--batch'], `${wanted.join('\n')}\n`) : '';
  const texts = new Map();
  let rest = Buffer.from(out);
  for (const object of wanted) {
    // The output is trimmed: an empty text at its end is a line without end.
    const [header = '', size] = /^\w+ blob (\d+)(?:\n|$)/.exec(rest.subarray(0, 100).toString()) ?? [];
    if (size === undefined) throw new Error(`${object} is no blob`);
    const from = header.length;
    texts.set(object, rest.subarray(from, from + Number(size)).toString());
    rest = rest.subarray(from + Number(size) + 1);
  }
  return texts;
}

/**
 * Feeds `git fast-import`, which takes what no checkout could hold.
 * @param {string} dir a bare repository
 * @param {string | Buffer} stream
 * @param {'now' | 'raw'} [dates] what the stream has as dates
 */
export const fastImport = (dir, stream, dates = 'now') =>
  run(dir, ['fast-import', '--quiet', `--date-format=${dates}`], stream);

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
