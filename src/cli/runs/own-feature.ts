import { slug } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import { parseRepository } from '../../run/repository.js';
import { featureOf, findTaskList } from '../checkout/feature-dir.js';
import { repositoryOf } from '../checkout/upstream.js';
import { UserGit } from '../git/user-git.js';
import type { Terminal } from '../terminal/terminal.js';

/** What the user's checkout says. */
export interface Own {
  /** Label of its feature; undefined if spec-kit works on none. */
  readonly feature: string | undefined;
  /** Identity of its repository; undefined if the checkout has no remote one. */
  readonly repository: string | undefined;
}

/** Where the user is, and the feature that the user has named. */
export type Place = Pick<Terminal, 'cwd' | 'env'> & { readonly feature?: string | undefined };

/** The feature that spec-kit works on where the user is, and its repository. */
export async function own({ cwd, env }: Place): Promise<Own> {
  const list = await ownTaskList({ cwd, env });
  const repository = await orNone(() => repositoryOf(new UserGit(cwd)));
  return { feature: list && slug(featureOf(list)), repository: identityOf(repository) };
}

/** The task list of the feature that spec-kit works on where the user is. */
export const ownTaskList = ({ cwd, env }: Place): Promise<string | undefined> =>
  orNone(() => findTaskList(undefined, cwd, env));

/** Undefined where the checkout has no answer. */
async function orNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Undefined for a folder, which no pod can clone. */
export function identityOf(url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : parseRepository(url).identity;
  } catch {
    return undefined;
  }
}
