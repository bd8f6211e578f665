// @ts-check
import { ACCESS } from './access.js';
import { CHARTS } from './chart.js';
import { PLATFORM } from './platform.js';
import { PODS } from './pod.js';
import { PROJECT } from './project.js';
import { RUNNING } from './run.js';
import { SECRETS } from './secrets.js';
import { SESSIONS } from './sessions.js';
import { SPAWNING } from './spawn.js';
import { SPEC_KIT } from './spec-kit.js';
import { WATCHING } from './watch.js';

/**
 * Every requirement of the documents, each once, however many documents ask for it.
 * @type {readonly import('./requirement.js').Requirement[]}
 */
export const REQUIREMENTS = [
  ...SPEC_KIT,
  ...SPAWNING,
  ...RUNNING,
  ...WATCHING,
  ...CHARTS,
  ...SECRETS,
  ...PODS,
  ...ACCESS,
  ...SESSIONS,
  ...PLATFORM,
  ...PROJECT,
];
