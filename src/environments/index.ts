import { dev } from './dev.js';
import { defineEnvironments, type Environment } from './environment.js';
import { prod } from './prod.js';
import { stg } from './stg.js';

/** Every environment. Adding one is adding its file, and its name here. */
export const environments: readonly Environment[] = defineEnvironments([dev, stg, prod]);
