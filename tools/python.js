// @ts-check
// Programs of the Python package index, each at a pinned version and in a folder of its own.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, onPath } from './go.js';
import { once } from './once.js';

/** @returns {string | undefined} why none can be installed here */
export const missingPython = () => (onPath('python3').length > 0 ? undefined : 'no python3');

/**
 * Installs a program if it is missing.
 * @param {string} name
 * @param {string} requirement like `checkov==3.3.30`
 * @returns {string} its path
 */
export function pythonProgram(name, requirement) {
  const folder = join(cache, requirement.replace('==', '-'));
  /** @param {string} mark */
  const install = (mark) => {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', requirement], { stdio: 'inherit' });
    writeFileSync(mark, '');
  };
  // Its folder cannot be moved, so a mark says that all of it is there.
  once(join(folder, 'complete'), `Installing the Python package ${requirement}`, install, `${folder}.lock`);
  return join(folder, 'bin', name);
}
