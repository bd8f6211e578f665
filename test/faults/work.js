// @ts-check

/** @typedef {import('../support/model-server.js').Step} Step */

/** Between two checkpoints, in seconds. */
export const CHECKPOINT = 2;

/** What the model's work is, in the order in which it is written. */
export const FILES = /** @type {const} */ ([
  { path: 'half.txt', text: 'half of it\n' },
  { path: 'rest.txt', text: 'the rest\n' },
]);

/** @typedef {typeof FILES[number]} File */

const write = (/** @type {File} */ { path, text }) => ({
  tool: 'write',
  arguments: { filePath: `{cwd}/${path}`, content: text },
});
const bash = (/** @type {string} */ command) => ({ tool: 'bash', arguments: { command, description: 'a pause' } });

/** @param {number} pause in seconds @returns {Step[]} */
export const work = (pause) => [write(FILES[0]), bash(`sleep ${pause}`), write(FILES[1]), { text: 'Done.' }];
/** The work of an agent that asks the remote for news. @type {Step[]} */
export const fetching = [
  write(FILES[0]),
  bash('timeout 10 git fetch origin; git log -1 --format=%s origin/HEAD origin/001-greeting; true'),
  write(FILES[1]),
  { text: 'Done.' },
];
/** @type {Step[]} */
export const restOfTheWork = [write(FILES[1]), { text: 'Done.' }];
