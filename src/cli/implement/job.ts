import { relative } from 'node:path';
import { InputError } from '../../run/problems.js';
import type { RunSettings } from '../../run/settings.js';
import { givenAgain } from '../command-line.js';
import { checkoutOf } from '../feature-checkout.js';
import { featureOf, findTaskList } from '../feature-dir.js';
import type { Options } from '../options.js';
import { defaultModeOf, readPlan } from '../plan.js';
import type { Terminal } from '../terminal.js';
import { Asked } from './asked.js';

/** What is to be done, by the command line and the checkout. */
export type Job = Awaited<ReturnType<typeof jobOf>>;

/**
 * What the command line and the checkout say.
 * @throws InputError with what is wrong about them
 */
export async function jobOf(flags: Options['flags'], given: string | undefined, terminal: Terminal) {
  const text = (name: string) => flags[name] as string | undefined;
  const path = await findTaskList(given, terminal.cwd, terminal.env);
  const plan = readPlan(path, defaultModeOf(flags));
  const shownPath = relative(terminal.cwd, path);
  return {
    ...(await checkoutOf(path, terminal.cwd, given !== undefined, flags)),
    plan,
    feature: featureOf(path),
    shownPath,
    /** What the user says of the feature's repository. */
    ofFeature: givenAgain(flags, ['branch', 'repo']),
    /** What the user says of the runs. */
    ofRuns: givenAgain(flags, ['credential', 'egress']),
    parallel: parallelOf(text('parallel')),
    skipSync: flags['skip-sync'] === true,
    json: flags.json === true,
    /** The same command again, but for where the cluster is. */
    again: ['agent-runner', 'implement', shownPath, ...givenAgain(flags, AGAIN)],
    asked: { credential: text('credential'), egress: text('egress') },
  };
}

const PARALLEL = 8;
const AGAIN = ['parallel', 'skip-sync', 'default-mode', 'branch', 'repo', 'credential', 'egress', 'json'];

function parallelOf(text: string | undefined): number {
  if (text === undefined) return PARALLEL;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InputError([`--parallel "${text}" is not a number of runs from 1 to 9999`]);
}

/** The runs that it asks for, in a namespace with these settings. */
export const askedOf = ({ plan, upstream, contextPath, asked }: Job, settings: RunSettings): Asked =>
  new Asked(plan, settings, { ...asked, ...upstream, contextPath });
