import type { OptionSpec } from './options.js';

/** client: from the built-in environments, no cluster is asked. server: the API server is asked, and keeps nothing. */
export type DryRun = 'client' | 'server';

export const DRY_RUN_OPTION = {
  type: 'string',
  values: ['client', 'server', 'none'],
  attached: true,
} as const satisfies OptionSpec;

/** Kubectl's customs put a value behind `--dry-run`; without one it is `client`. */
export const withDryRunValue = (args: readonly string[]): string[] =>
  args.map((word) => (word === '--dry-run' ? '--dry-run=client' : word));

/** What a flag that was checked asks for. */
export const dryRunOf = (value: string | undefined): DryRun | undefined =>
  value === 'client' || value === 'server' ? value : undefined;
