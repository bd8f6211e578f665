// @ts-check

/**
 * How a run can end; `none` when the program was killed before it could say.
 * @typedef {import('../../src/run/outcomes.js').OutcomeName | 'none'} Ending
 * @typedef {import('./moments.js').Moment} Moment
 * @typedef {import('./site.js').Site} Site
 */

/**
 * Something that fails.
 * @typedef {object} Fault
 * @property {string} name
 * @property {Partial<Record<Moment, readonly Ending[]>>} endings the moments at which it may happen, and which ends of the
 *   run are right then
 * @property {readonly Moment[]} [core] moments that are in the reduced set too
 * @property {(site: Site) => void | Promise<void>} [inject] makes it happen
 * @property {(site: Site) => void | Promise<void>} [prepare] makes something of the world before the run starts
 * @property {(root: string, site: Site) => void} [mount] makes something of the pod's folder before anything is in it
 * @property {(site: Site) => Promise<{ host: string, wrapper: string[] }>} [names] a host name in place of an address
 * @property {Partial<Record<'username' | 'key', string>>} [credential]
 * @property {Partial<import('../../src/run/request.js').RunRequest>} [request]
 * @property {import('../support/model-server.js').Step[]} [steps] of the model, in place of the usual ones
 * @property {boolean} [waits] ends only with the deadline, which is then near
 * @property {boolean} [stalls] ends only by the watchdog, which is then impatient
 * @property {number} [pause] seconds between the first file and the second; default none
 * @property {boolean} [next] another run follows, which must deliver with what the first one saved
 * @property {() => string | undefined} [skipped] why it is not possible here
 */

/**
 * @param {readonly Ending[]} endings
 * @param {readonly Moment[]} moments
 * @returns {Partial<Record<Moment, readonly Ending[]>>}
 */
export const at = (endings, ...moments) => Object.fromEntries(moments.map((moment) => [moment, endings]));

/** @type {readonly Moment[]} */
export const CLONING = ['before the clone', 'during the clone', 'after the clone'];
/** @type {readonly Moment[]} */
export const WORKING = [
  'before OpenCode',
  'before a file is written',
  'after a file was written',
  'before the last answer',
];
/** @type {readonly Moment[]} */
export const CHECKPOINTS = ['during a checkpoint', 'after a checkpoint'];
/** @type {readonly Moment[]} */
export const DELIVERY = [
  'before the commit',
  'before the push',
  'during the push',
  'after the push',
  'before the verification',
];

export const notRoot = () => (process.getuid?.() === 0 ? undefined : 'it mounts file systems, which takes root');
