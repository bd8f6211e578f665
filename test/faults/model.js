// @ts-check
import { at } from './fault.js';

/** @typedef {import('../support/model-server.js').Step} Step */

/** @type {readonly import('./moments.js').Moment[]} */
const ASKED = ['before a file is written', 'after a file was written', 'before the last answer'];

/** @param {Step} answer @param {import('./site.js').Lasting} [lasting] */
const answers = (answer, lasting) => ({
  inject: (/** @type {import('./site.js').Site} */ site) => site.failModel(answer, lasting),
});

/** Everything that a model can do wrong. @type {import('./fault.js').Fault[]} */
export const MODEL = [
  { name: 'the model answers 401', endings: at(['agent-failed'], ...ASKED), ...answers({ status: 401 }) },
  {
    name: 'the model answers 429, to be asked again in an hour',
    endings: at(['agent-failed'], ...ASKED),
    ...answers({ status: 429, headers: { 'Retry-After': '3600' } }),
  },
  {
    name: 'the model answers 500 once',
    endings: at(['delivered'], ...ASKED),
    ...answers({ status: 500 }, { times: 1 }),
  },
  {
    name: 'the model answers 500 for good',
    endings: at(['agent-failed'], ...ASKED),
    stalls: true,
    ...answers({ status: 500 }),
  },
  {
    name: 'the model’s stream is cut once',
    endings: at(['delivered', 'agent-failed'], ...ASKED),
    ...answers({ text: 'an answer whose end is missing', cut: true }, { times: 1 }),
  },
  {
    name: 'the model’s stream is always cut',
    endings: at(['agent-failed', 'stalled'], ...ASKED),
    stalls: true,
    ...answers({ text: 'an answer whose end is missing', cut: true }),
  },
  {
    name: 'the model takes 8 s to answer',
    endings: at(['delivered'], ...ASKED),
    ...answers({ tool: 'bash', arguments: { command: 'true', description: 'a pause' }, delay: 8000 }, { times: 1 }),
  },
  { name: 'the model is silent', endings: at(['stalled'], ...ASKED), stalls: true, ...answers({ silent: true }) },
  {
    name: 'the model calls the same tool for ever',
    endings: at(['stalled'], 'after a file was written'),
    ...answers({ tool: 'read', arguments: { filePath: '{cwd}/half.txt' } }),
  },
  {
    name: 'the model’s key is wrong',
    endings: at(['agent-failed'], 'at the start'),
    credential: { key: 'another-key' },
  },
];
