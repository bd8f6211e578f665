import { relative } from 'node:path';
import { InputError } from '../../run/problems.js';
import { checkoutOf, UPSTREAM_OPTIONS } from '../checkout/feature-checkout.js';
import { findTaskList, oneFeature } from '../checkout/feature-dir.js';
import { checkGit } from '../git/git-ready.js';
import {
  bringIn,
  integrate,
  integrationBranch,
  isCommit,
  MergeConflict,
  type Merged,
  onTopLine,
  taskBranchesOf,
  trustedCommits,
  twice,
} from '../git/integration.js';
import { command } from '../line/command.js';
import type { OptionSpecs } from '../line/options.js';
import { EXIT } from '../terminal/terminal.js';
import { tick } from './merge/tick.js';
import { readPlan } from './plan.js';

/** Commits to merge in addition to what runs delivered. `implement` has this option too. */
export const TRUST_OPTION = {
  trust: {
    type: 'string',
    placeholder: 'C1,C2',
    description: 'also merge these commits on top of delivered work, and all before them, although no run made them',
  },
} as const satisfies OptionSpecs;

/** `agent-runner merge`. */
export const merge = command({
  name: 'merge',
  summary: 'merge what pods delivered for a feature',
  about: 'Merges what pods delivered for a feature into the branch <branch>-agents of the remote.',
  args: '[tasks.md | feature directory]',
  examples: ['agent-runner merge', 'agent-runner merge specs/001-login --into-branch --tick'],
  options: {
    'into-branch': { type: 'boolean', description: 'also bring the result into the feature branch itself' },
    tick: { type: 'boolean', description: 'with --into-branch: also tick the merged tasks in tasks.md' },
    expect: {
      type: 'string',
      placeholder: 'COMMIT',
      description: 'with --into-branch: only if the merged work is this commit, which you have looked at',
    },
    ...TRUST_OPTION,
    ...UPSTREAM_OPTIONS,
    'branch-pattern': {
      type: 'string',
      placeholder: 'P',
      description: 'git.branchPattern of the environment, if it is not the default',
    },
  },
  notes: [
    'Your own git merges the feature branch and the branches of its tasks, in the order of the list. It does not ' +
      'touch your checkout, and forces nothing. At a conflict it stops, and prints both branches and the files. It ' +
      'does not resolve conflicts.',
    'Only what runs delivered is merged. Commits that others put on top of it are listed. They are merged if a ' +
      'branch of your checkout has them, or with --trust.',
    '--tick changes the boxes of merged tasks to [X] and nothing else. A task whose line has changed since its run ' +
      'is not ticked, and is named.',
  ],
  exits: ['0 merged, or nothing to merge', '1 a conflict', '2 wrong input'],
  async run({ flags, positionals }, terminal) {
    for (const name of ['tick', 'expect'] as const) {
      if (flags[name] && !flags['into-branch']) {
        throw new InputError([`--${name} is a part of --into-branch: give both`]);
      }
    }
    const { expect } = flags;
    if (expect !== undefined && !isCommit(expect)) {
      throw new InputError([`--expect "${expect}" is not a commit; give 7 to 64 hex digits of its hash`]);
    }
    const given = oneFeature('merge', positionals);
    const path = await findTaskList(given, terminal.cwd, terminal.env);
    const { git, upstream, list, contextPath } = await checkoutOf(path, terminal.cwd, given !== undefined, flags);
    await checkGit(git);
    const { tasks } = readPlan(path, 'sync');
    const wanted = {
      ...upstream,
      trusted: trustedCommits(flags.trust),
      taskBranches: taskBranchesOf({
        branch: upstream.branch,
        contextPath,
        ids: tasks.map(({ id }) => id),
        pattern: flags['branch-pattern'],
      }),
    };
    try {
      const { done, ticked } = await twice(async () => {
        const done = await integrate(git, wanted);
        checkExpected(expect, done, integrationBranch(upstream.branch));
        const ticked = flags.tick ? await tick(git, done, upstream.branch, list) : undefined;
        if (flags['into-branch']) await bringIn(git, wanted, { ...done, ...ticked });
        return { done, ticked };
      });
      const shown = relative(terminal.cwd, path);
      for (const { branch } of done.merged) terminal.out(`merged ${branch}`);
      for (const one of done.onTop) terminal.out(onTopLine(one));
      for (const name of done.left) terminal.out(`left ${name}: it holds work in progress`);
      if (done.merged.length === 0) terminal.out(`nothing was delivered yet for ${shown}`);
      terminal.out(`${integrationBranch(upstream.branch)} is ${done.commit}`);
      for (const id of ticked?.ids ?? []) terminal.out(`ticked ${id}`);
      for (const id of ticked?.changed ?? []) {
        terminal.out(`not ticked ${id}: its line has changed since its run; tick it yourself if the work still fits`);
      }
      for (const id of ticked?.reopened ?? []) {
        terminal.out(`not ticked ${id}: it was opened again, or its work reverted, after it was merged`);
      }
      if (flags['into-branch']) terminal.out(`${upstream.branch} is ${ticked?.commit ?? done.commit}`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof MergeConflict)) throw error;
      terminal.err(`agent-runner merge: ${error.message}`);
      terminal.err(`Merge ${error.other} into ${error.branch} by hand, push that, and start again.`);
      return EXIT.unexpected;
    }
  },
});

/** @throws InputError if the merge is not the commit that the user has looked at */
function checkExpected(expected: string | undefined, { commit }: Merged, target: string): void {
  if (expected === undefined || commit.startsWith(expected)) return;
  throw new InputError([
    `${target} is ${commit} now, and not ${expected}: more came since you looked, so nothing was brought in; look at ` +
      `it, then give --expect ${commit}`,
  ]);
}
