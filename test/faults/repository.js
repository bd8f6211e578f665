// @ts-check
import { at } from './fault.js';

/** @type {readonly import('./moments.js').Moment[]} */
const MEANWHILE = [
  'before OpenCode',
  'after a file was written',
  'before the commit',
  'before the push',
  'during the push',
];
/** @type {readonly import('./moments.js').Moment[]} */
const PUSHED = ['after the push', 'before the verification'];

const EARLIER = { 'earlier.txt': 'work of before\n' };

/** What hooks refuse, and what others do to the branch meanwhile. @type {import('./fault.js').Fault[]} */
export const REPOSITORY = [
  {
    name: 'a hook refuses everything',
    endings: at(['push-rejected'], 'before OpenCode', 'after a file was written', 'before the push'),
    inject: (site) => site.addHook('pre-receive', 'echo "branches are frozen" >&2; exit 1'),
  },
  {
    name: 'a hook refuses the task’s branch',
    endings: at(['push-rejected'], 'before OpenCode', 'before the push'),
    inject: (site) =>
      site.addHook(
        'update',
        `[ "$1" != "refs/heads/${site.branch}" ] || { echo "this branch is frozen" >&2; exit 1; }`,
      ),
  },
  {
    name: 'the host takes nothing but branches',
    endings: at(['delivered'], 'before the clone', 'after a file was written'),
    pause: 4,
    inject: (site) => site.addHook('update', 'case $1 in refs/heads/*) ;; *) echo "no such refs" >&2; exit 1;; esac'),
  },
  {
    name: 'another run of the task pushes another file',
    endings: at(['delivered'], ...MEANWHILE, ...PUSHED),
    inject: (site) => site.pushTheirs({ 'theirs.txt': 'theirs\n' }),
  },
  {
    name: 'another run of the task pushes the same file',
    endings: { ...at(['push-rejected'], ...MEANWHILE), ...at(['delivered'], ...PUSHED) },
    inject: (site) => site.pushTheirs({ 'half.txt': 'theirs\n' }),
  },
  {
    name: 'a person pushes the same file',
    endings: at(['delivered'], ...MEANWHILE, ...PUSHED),
    inject: (site) => site.pushByHand({ 'half.txt': 'theirs\n' }),
  },
  {
    name: 'the branch is deleted',
    endings: {
      ...at(['delivered'], ...MEANWHILE),
      ...at(['delivered', 'push-rejected'], ...PUSHED),
    },
    prepare: (site) => site.pushTheirs(EARLIER),
    inject: async (site) => {
      site.theirs = [];
      await site.deleteBranch();
    },
  },
];
