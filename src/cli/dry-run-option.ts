import { InputError } from '../run/problems.js';

/** client: from the built-in environments, no cluster is asked. server: the API server is asked, and keeps nothing. */
export type DryRun = 'client' | 'server';

/** Kubectl's customs put a value behind `--dry-run`; without one it is `client`. */
export const withDryRunValue = (args: readonly string[]): string[] =>
  args.map((word) => (word === '--dry-run' ? '--dry-run=client' : word));

/** @throws InputError for a value that is unknown */
export function dryRunOf(value: string | undefined): DryRun | undefined {
  if (value === undefined || value === 'none') return undefined;
  if (value === 'client' || value === 'server') return value;
  throw new InputError([`--dry-run "${value}" is unknown; allowed are client, server, none`]);
}
