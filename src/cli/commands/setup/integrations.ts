import { fileURLToPath } from 'node:url';

/** The folder of this package with what is installed into projects. The bundler replaces this module with the value. */
export const INTEGRATIONS: string = fileURLToPath(new URL('../../../../integrations', import.meta.url));
