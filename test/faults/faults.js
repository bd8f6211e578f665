// @ts-check
import { ENDS } from './ends.js';
import { HOST } from './host.js';
import { MODEL } from './model.js';
import { PLAIN } from './plain.js';
import { REPOSITORY } from './repository.js';

/** Everything that the suite lets fail. */
export const FAULTS = [...PLAIN, ...ENDS, ...HOST, ...REPOSITORY, ...MODEL];
