import { readFileSync } from 'node:fs';

/** Version of this package. The bundler puts its value in place of this module. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
