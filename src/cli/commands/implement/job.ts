import { relative } from 'node:path';
import { InputError } from '../../../run/problems.js';
import type { RunSettings } from '../../../run/settings.js';
import { checkoutOf } from '../../checkout/feature-checkout.js';
import { featureOf, findTaskList } from '../../checkout/feature-dir.js';
import { trustedCommits } from '../../git/integration.js';
import { givenAgain } from '../../line/command-line.js';
import type { Given } from '../../line/options.js';
import type { Terminal } from '../../terminal/terminal.js';
import { readPlan } from '../plan.js';
import { Asked } from './asked.js';
import type { IMPLEMENT_OPTIONS } from './options.js';

/** The work that the command line and the checkout ask for. */
export type Job = Awaited<ReturnType<typeof jobOf>>;

/**
 * Reads the command line and the checkout.
 * @throws InputError when something about them is wrong
 */
export async function jobOf(
  { flags, named }: Pick<Given<typeof IMPLEMENT_OPTIONS>, 'flags' | 'named'>,
  given: string | undefined,
  terminal: Terminal,
) {
  const path = await findTaskList(given, terminal.cwd, terminal.env);
  const plan = readPlan(path, flags['default-mode']);
  const shownPath = relative(terminal.cwd, path);
  return {
    ...(await checkoutOf(path, terminal.cwd, given !== undefined, flags)),
    plan,
    feature: featureOf(path),
    shownPath,
    /** The flags with which the user chose the feature's branch and repository. */
    ofFeature: givenAgain(flags, OF_FEATURE),
    /** The flags that the user gave for the runs. */
    ofRuns: givenAgain(flags, OF_RUNS),
    parallel: parallelOf(flags.parallel),
    skipSync: flags['skip-sync'],
    json: flags.json,
    events: flags.events,
    trusted: trustedCommits(flags.trust),
    /** The same command again, without the flags that choose the cluster. */
    again: [
      'agent-runner',
      'implement',
      shownPath,
      ...givenAgain(
        flags,
        AGAIN.filter((name) => named.has(name)),
      ),
    ],
    asked: { credential: flags.credential, egress: flags.egress },
  };
}

const OF_FEATURE = ['branch', 'repo'] as const;
const OF_RUNS = ['credential', 'egress'] as const;
const AGAIN = ['parallel', 'skip-sync', 'default-mode', ...OF_FEATURE, ...OF_RUNS, 'trust', 'json', 'events'] as const;

function parallelOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InputError([`--parallel "${text}" is not a number of runs from 1 to 9999`]);
}

/** The runs that it asks for, in a namespace with these settings. */
export const askedOf = ({ plan, upstream, contextPath, asked }: Job, settings: RunSettings): Asked =>
  new Asked(plan, settings, { ...asked, ...upstream, contextPath });
