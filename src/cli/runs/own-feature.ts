import { slug } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import { parseRepository } from '../../run/repository.js';
import { featureOf, findTaskList } from '../checkout/feature-dir.js';
import { repositoryOf } from '../checkout/upstream.js';
import { UserGit } from '../git/user-git.js';
import type { Terminal } from '../terminal/terminal.js';

/** The feature of the user's checkout. */
export interface OwnFeature {
  /** As in the label of its runs. */
  readonly feature: string;
  /** Identity of its repository; undefined if the checkout has no remote one. */
  readonly repository: string | undefined;
}

/** Where the user is. */
export type Place = Pick<Terminal, 'cwd' | 'env'>;

/** The feature that spec-kit works on where the user is. Undefined if there is none. */
export async function ownFeature({ cwd, env }: Place): Promise<OwnFeature | undefined> {
  try {
    const feature = slug(featureOf(await findTaskList(undefined, cwd, env)));
    return { feature, repository: identityOf(await repositoryOf(new UserGit(cwd))) };
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
