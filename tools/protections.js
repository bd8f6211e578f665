// @ts-check
// Shows that no protection can be lost unnoticed: each is switched off in a copy of the project, one at a time, and a test must
// fail. For the night: it takes half an hour. PROTECTIONS=word tries only those whose name, file or part has the word.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyOf, runTests } from './protections/copy.js';
import { countOf, PARTS, PROTECTIONS } from './protections/table.js';

/** @typedef {import('./protections/protection.js').Protection} Protection */

const project = fileURLToPath(new URL('..', import.meta.url));
const word = process.env.PROTECTIONS;
const inPart = Object.entries(PARTS).flatMap(([part, protections]) => (word && part.includes(word) ? protections : []));
const chosen = PROTECTIONS.filter(
  (one) => !word || one.name.includes(word) || one.file.includes(word) || inPart.includes(one),
);
if (chosen.length === 0)
  throw new Error(`PROTECTIONS=${word}: no protection has this in its name, its file or its part`);

/** As long as nothing is switched off, every test of a protection must pass. @param {string} folder */
function expectGreen(folder) {
  const only = new Map(chosen.map(({ test }) => [test, /** @type {string[]} */ ([])]));
  for (const { test, only: pattern } of chosen) only.get(test)?.push(pattern ?? '');
  const whole = [...only].filter(([, patterns]) => patterns.includes('')).map(([test]) => test);
  const part = [...only].filter(([test]) => !whole.includes(test));
  const runs = [
    ...(whole.length > 0 ? [runTests(folder, whole)] : []),
    ...part.map(([test, patterns]) => runTests(folder, [test], [...new Set(patterns)].join('|'))),
  ];
  for (const { passed, failed, told } of runs) {
    if (failed.length > 0) throw new Error(`these tests fail without any change:\n${told}`);
    if (passed === 0) throw new Error(`these tests are skipped on this machine:\n${told}`);
  }
}

/**
 * Switches one protection off, and on again.
 * @param {string} folder
 * @param {Protection} protection
 */
function failuresWithout(folder, { name, file, text, off, test, only }) {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  const count = countOf(source, text);
  if (count !== 1) throw new Error(`"${name}": ${file} has this ${count} times, not once: ${text}`);
  writeFileSync(
    path,
    source.replace(text, () => off),
  );
  try {
    return runTests(folder, [test], only).failed;
  } finally {
    writeFileSync(path, source);
  }
}

const started = Date.now();
const folder = copyOf(project);
/** @type {string[]} */
const missed = [];
try {
  expectGreen(folder);
  for (const protection of chosen) {
    const failed = failuresWithout(folder, protection);
    if (failed.length === 0) missed.push(protection.name);
    console.log(
      `${protection.name}: ${failed.length > 0 ? `noticed by ${failed.length}, first ${failed[0]}` : 'NOT NOTICED'}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const minutes = Math.round((Date.now() - started) / 60_000);
console.log([`${chosen.length} protections, ${missed.length} not noticed, ${minutes} minutes`, ...missed].join('\n  '));
process.exitCode = missed.length > 0 ? 1 : 0;
