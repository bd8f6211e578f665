// @ts-check

/** @typedef {keyof typeof import('./documents.js').DOCUMENTS} DocumentName */

/**
 * A file of tests, and the title of one of its tests as the source has it, with … for what a template puts in. Titles of
 * `describe` may lead it, joined by ›, where it says too little without them.
 * @typedef {readonly [file: string, title: string]} TestTitle
 */

/**
 * @typedef {object} Requirement
 * @property {Readonly<Partial<Record<DocumentName, readonly string[]>>>} ids where the documents ask for it
 * @property {string} requirement what they ask for, in one sentence
 * @property {string} by the command, field or file that meets it; empty where nothing does
 * @property {readonly TestTitle[]} tests the tests that show it; none where it is not there
 * @property {string} [decided] what is different or not there, and why; one of PREFIXES leads it
 */

/**
 * How the last column begins. "Planned" and "Not there" have no test, for nothing meets the requirement. "Partly" and
 * "Otherwise" have one for what is there.
 */
export const PREFIXES = /** @type {const} */ (['Planned', 'Not there', 'Partly', 'Otherwise']);

/**
 * The ids of what both SPECs ask for under the same number.
 * @param {...string} ids
 */
export const specs = (...ids) => ({ oldSpec: ids, spec: ids });
