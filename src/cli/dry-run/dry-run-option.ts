import { InputError } from '../../run/problems.js';
import type { Flags, OptionSpecs } from '../line/options.js';

export const DRY_RUN_OPTIONS = {
  'dry-run': {
    type: 'string',
    values: ['client', 'server', 'none'],
    attached: true,
    group: 'What is shown',
    description:
      'print what would be created, and create nothing. Without a value, it takes the settings from --settings, or ' +
      'from --env (or the only environment, or dev) in the dist of the repository that you are in. =server takes ' +
      'those in the namespace, and the API server checks the pods',
  },
  settings: {
    type: 'string',
    placeholder: 'FILE',
    group: 'What is shown',
    description: 'for --dry-run: the ConfigMap agent-runner-settings, as npm run synth writes it or kubectl prints it',
  },
} as const satisfies OptionSpecs;

/** client: takes rendered settings, and asks no cluster. server: the API server checks the pods and keeps nothing. */
export type DryRun = 'client' | 'server';

/** As in kubectl, `--dry-run` may have a value. Without one it is `client`. */
export const withDryRunValue = (args: readonly string[]): string[] =>
  args.map((word) => (word === '--dry-run' ? '--dry-run=client' : word));

/** The flags of a dry run. */
export interface DryRunFlags {
  readonly dryRun: DryRun | undefined;
  /** The file that it takes settings from. */
  readonly settings: string | undefined;
}

/** @throws InputError for `--settings` where the settings of the cluster count */
export function dryRunFlags({ 'dry-run': kind, settings }: Flags<typeof DRY_RUN_OPTIONS>): DryRunFlags {
  const dryRun = kind === 'none' ? undefined : kind;
  if (settings === undefined || dryRun === 'client') return { dryRun, settings };
  throw new InputError([
    `--settings ${settings} needs --dry-run=client: everything else takes the settings in the namespace; leave it out`,
  ]);
}
