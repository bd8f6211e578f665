// @ts-check
// Prints the SBOM of an image as SPDX: npm run sbom -- FILE, where FILE is what `docker save` wrote.
import { existsSync } from 'node:fs';
import { missingScanners, sbom } from './scanners.js';

const [file = ''] = process.argv.slice(2);
const problem = existsSync(file)
  ? missingScanners()
  : `"${file}" is not a file; write one with docker save --output image.tar NAME, then: npm run sbom -- image.tar`;
if (problem) {
  console.error(`npm run sbom: ${problem}`);
  process.exit(1);
}
process.stdout.write(sbom(file));
