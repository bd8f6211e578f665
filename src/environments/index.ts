// All environments, one in each line. To add, rename or remove one, change its file and its line here.
export { dev } from './dev.js';
export { prod } from './prod.js';
export { stg } from './stg.js';
