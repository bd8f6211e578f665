import { InputError } from '../run/problems.js';

const DEFAULT = 'dev';

/**
 * The environment of this name among those in this package; `dev` when none is named.
 * @throws InputError when there is none
 */
export function environmentNamed<T extends { readonly environment: string }>(
  name: string | undefined,
  all: readonly T[],
): T {
  const found = all.find(({ environment }) => environment === (name ?? DEFAULT));
  if (!found) {
    throw new InputError([
      `environment "${name}" is unknown; there are ${all.map(({ environment }) => environment).join(', ')}`,
    ]);
  }
  return found;
}
