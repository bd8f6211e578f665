import { UPSTREAM_OPTIONS } from '../../checkout/feature-checkout.js';
import { DRY_RUN_OPTIONS } from '../../dry-run/dry-run-option.js';
import { CLUSTER_OPTIONS } from '../../line/cluster-options.js';
import type { OptionSpecs } from '../../line/options.js';
import { TRUST_OPTION } from '../merge.js';
import { MODE_OPTION } from '../plan.js';

/** The options of `implement`. */
export const IMPLEMENT_OPTIONS = {
  parallel: {
    type: 'string',
    placeholder: 'N',
    default: '8',
    description: 'how many runs may be alive at the same time',
  },
  'skip-sync': {
    type: 'boolean',
    description: 'go on although a task of yours is open; default: the plan stops there',
  },
  ...MODE_OPTION,
  ...UPSTREAM_OPTIONS,
  ...TRUST_OPTION,
  credential: { type: 'string', placeholder: 'NAME', description: 'as for spawn-task' },
  egress: { type: 'string', placeholder: 'PROFILE', description: 'as for spawn-task' },
  json: {
    type: 'boolean',
    group: 'What is shown',
    description:
      'print the summary as one JSON object on standard output, and everything else on standard error; with ' +
      '--dry-run, print the pods as a List',
  },
  events: {
    type: 'boolean',
    group: 'What is shown',
    description: 'print what happens as one JSON object a line, as docs/reference/events.md says',
  },
  ...DRY_RUN_OPTIONS,
  ...CLUSTER_OPTIONS,
} as const satisfies OptionSpecs;
