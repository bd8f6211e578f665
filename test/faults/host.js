// @ts-check
import { at } from './fault.js';
import { silentNames } from './name-server.js';
import { fetching } from './work.js';

/** @typedef {import('./fault.js').Fault} Fault @typedef {import('./fault.js').Ending} Ending */

/** Before requests of every kind. @type {readonly import('./moments.js').Moment[]} */
const EARLY = ['before the clone', 'after the clone'];
/** @type {readonly import('./moments.js').Moment[]} */
const LATE = ['after a file was written', 'before the commit', 'before the push', 'before the verification'];

/** What fails for good: in the clone and after it. @param {Ending} early @param {Ending} late */
const forGood = (early, late) => ({ ...at([early], ...EARLY), ...at([late], ...LATE) });
const passes = at(['delivered'], ...EARLY, ...LATE);
const NEW_PASSWORD = 'renewed-git-password';

/** What the agent's own fetch meets. @param {import('./site.js').GitFault} fault @returns {Omit<Fault, 'name'>} */
const whileTheAgentFetches = (fault) => ({
  endings: at(['delivered'], 'after a file was written'),
  steps: fetching,
  inject: (site) => site.failGit(fault, { times: 1 }),
});

/** Everything that the Git server, or the way to it, can do wrong. @type {Fault[]} */
export const HOST = [
  {
    name: 'the Git server is gone for 3 s',
    endings: passes,
    inject: (site) => site.leaveGit({ ms: 3000 }),
  },
  {
    name: 'the Git server is gone for good',
    endings: forGood('clone-failed', 'push-rejected'),
    waits: true,
    inject: (site) => site.leaveGit(),
  },
  {
    name: 'the Git server is slow',
    endings: at(['delivered'], 'before the clone'),
    inject: (site) => site.failGit({ wait: 1200 }),
  },
  {
    name: 'the Git server does not answer',
    endings: {
      ...at(['timed-out', 'clone-failed'], 'before the clone'),
      ...at(['push-rejected', 'timed-out'], 'before the push'),
    },
    waits: true,
    inject: (site) => site.failGit('hang'),
  },
  {
    name: 'the Git server answers 500 twice',
    endings: passes,
    inject: (site) => site.failGit({ status: 500 }, { times: 2 }),
  },
  {
    name: 'the Git server answers 500 for good',
    endings: forGood('clone-failed', 'push-rejected'),
    waits: true,
    inject: (site) => site.failGit({ status: 500 }),
  },
  ...[401, 403].map((status) => ({
    name: `the Git server answers ${status}`,
    endings: forGood('auth-failed', 'auth-failed'),
    inject: (/** @type {import('./site.js').Site} */ site) => site.failGit({ status }),
  })),
  {
    name: 'the connection is cut once in the middle of git’s answer',
    endings: at(['delivered'], 'before the clone', 'after the clone', 'before the commit', 'before the push'),
    inject: (site) => site.failGit('cut answer', { times: 1, packs: true }),
  },
  {
    name: 'the connection is cut once in the middle of the pushed pack',
    endings: at(['delivered'], 'after a file was written', 'before the push'),
    inject: (site) => site.failGit('cut request', { times: 1, packs: true }),
  },
  {
    name: 'the connection is always cut in the middle of a pack',
    endings: {
      ...at(['clone-failed'], 'before the clone'),
      ...at(['push-rejected'], 'after a file was written', 'before the push'),
    },
    waits: true,
    inject: (site) => {
      site.failGit('cut answer', { packs: true });
      site.failPush('cut request');
    },
  },
  { name: 'the Git server answers 500 to the agent', ...whileTheAgentFetches({ status: 500 }) },
  { name: 'the connection is cut in the middle of what the agent fetches', ...whileTheAgentFetches('cut answer') },
  { name: 'the Git server does not answer the agent', ...whileTheAgentFetches('hang') },
  {
    name: 'the name server does not answer',
    endings: {
      ...forGood('clone-failed', 'push-rejected'),
      // The request that shows the moment has found its server already.
      ...at(['push-rejected', 'delivered'], 'before the verification'),
    },
    waits: true,
    ...silentNames(),
  },
  { name: 'the name server does not answer for 5 s', endings: passes, ...silentNames(5000) },
  {
    name: 'the credential is renewed',
    endings: passes,
    inject: (site) => {
      site.world.git.setPassword('x-access-token', NEW_PASSWORD);
      site.renewSecret(NEW_PASSWORD);
    },
  },
  {
    name: 'the credential is withdrawn',
    endings: forGood('auth-failed', 'auth-failed'),
    inject: (site) => site.world.git.setPassword('x-access-token', NEW_PASSWORD),
  },
  {
    name: 'the credential is renewed, and the Secret 5 s later',
    endings: at(['delivered', 'auth-failed'], ...EARLY, ...LATE),
    inject: (site) => {
      site.world.git.setPassword('x-access-token', NEW_PASSWORD);
      site.later(5000, () => site.renewSecret(NEW_PASSWORD));
    },
  },
  {
    name: 'the credential may only read',
    endings: at(['auth-failed'], 'at the start'),
    credential: { username: 'reader' },
  },
];
