// @ts-check
// Shows that no protection can be lost unnoticed: each is switched off in a copy of the project, one at a time, and a test must
// fail. Writes docs/protections.md. PROTECTIONS=word tries those whose name or part has the word, and writes their rows alone.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyOf, runTests } from './protections/copy.js';
import { pageOf } from './protections/page.js';
import { countOf, PARTS, PROTECTIONS } from './protections/table.js';

/** @typedef {import('./protections/protection.js').Protection} Protection */

const project = fileURLToPath(new URL('..', import.meta.url));
const word = process.env.PROTECTIONS;
const inPart = Object.entries(PARTS).flatMap(([part, protections]) => (word && part.includes(word) ? protections : []));
const chosen = PROTECTIONS.filter((one) => !word || one.name.includes(word) || inPart.includes(one));
if (chosen.length === 0) throw new Error(`PROTECTIONS=${word}: no protection has this in its name or its part`);

/** Every test that a protection names must pass as long as nothing is switched off. @param {string} folder */
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
/** @type {Map<Protection, readonly string[]>} */
const found = new Map();
try {
  expectGreen(folder);
  for (const protection of chosen) {
    const failed = failuresWithout(folder, protection);
    found.set(protection, failed);
    console.log(`${failed.length > 0 ? `noticed by ${failed.length}` : 'NOT NOTICED'}: ${protection.name}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const missed = chosen.filter((protection) => found.get(protection)?.length === 0);
const minutes = Math.round((Date.now() - started) / 60_000);
console.log(`${chosen.length} protections, ${missed.length} not noticed, ${minutes} minutes`);
const page = join(project, 'docs/protections.md');
writeFileSync(page, pageOf(found, readFileSync(page, 'utf8')));
process.exitCode = missed.length > 0 ? 1 : 0;
