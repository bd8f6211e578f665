// @ts-check
import { at, CHECKPOINTS, CLONING, DELIVERY, WORKING } from './fault.js';

/** Everything that ends the program or OpenCode. @type {import('./fault.js').Fault[]} */
export const ENDS = [
  {
    name: 'the program gets SIGTERM',
    endings: {
      ...at(['interrupted'], ...CLONING, ...WORKING, ...CHECKPOINTS),
      ...at(['interrupted', 'delivered'], ...DELIVERY),
      ...at(['delivered'], 'after the verification'),
    },
    core: ['before a file is written', 'after a file was written', 'during the push'],
    pause: 6,
    inject: (site) => site.signal('SIGTERM'),
  },
  {
    name: 'the program gets SIGKILL',
    endings: {
      ...at(['none'], ...CLONING, ...WORKING, ...CHECKPOINTS, ...DELIVERY),
      ...at(['none', 'delivered'], 'after the verification'),
    },
    core: ['after a checkpoint', 'before the push', 'after the push'],
    pause: 6,
    next: true,
    inject: (site) => site.signal('SIGKILL'),
  },
  {
    name: 'OpenCode gets SIGKILL',
    endings: at(['agent-failed'], ...WORKING, ...CHECKPOINTS),
    pause: 6,
    inject: (site) => site.killOpenCode(),
  },
  {
    name: 'the agent’s container is killed',
    endings: {
      ...at(['agent-failed'], 'after the clone', ...WORKING, ...CHECKPOINTS),
      // The first request to the host after the last answer may still be a checkpoint's.
      ...at(['agent-failed', 'delivered'], 'before the commit'),
      ...at(['delivered'], ...DELIVERY.slice(1)),
    },
    core: ['after a file was written'],
    pause: 6,
    inject: (site) => site.killAgent(),
  },
];
