// @ts-check

/**
 * @typedef {object} Protection
 * @property {string} name the protection, as a sentence
 * @property {string} file its source file
 * @property {string} text the code of the protection, which the file has once
 * @property {string} off the code that replaces it, without the protection
 * @property {string} test the file in which a test must then fail
 * @property {string} [only] a pattern for the names of the tests to run, if the others take long
 */

/** @typedef {readonly [name: string, text: string, off: string, only?: string]} Row */

/**
 * The protections of one source file that one test file checks.
 * @param {string} file
 * @param {string} test
 * @param {readonly Row[]} rows
 * @returns {Protection[]}
 */
export const protections = (file, test, rows) =>
  rows.map(([name, text, off, only]) => ({ name, file, text, off, test, ...(only !== undefined && { only }) }));
