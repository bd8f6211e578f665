// @ts-check

/**
 * @typedef {object} Protection
 * @property {string} name what protects, as a sentence
 * @property {string} file its source
 * @property {string} text what stands there, once
 * @property {string} off what stands there when the protection is off
 * @property {string} test the file in which a test must fail then
 * @property {string} [only] a pattern of the names of the tests that are enough, where others take long
 */

/** @typedef {readonly [name: string, text: string, off: string, only?: string]} Row */

/**
 * The protections of one file which one file of tests watches over.
 * @param {string} file
 * @param {string} test
 * @param {readonly Row[]} rows
 * @returns {Protection[]}
 */
export const protections = (file, test, rows) =>
  rows.map(([name, text, off, only]) => ({ name, file, text, off, test, ...(only !== undefined && { only }) }));
