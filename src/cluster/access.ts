import type { Api } from './api.js';
import { ApiError } from './errors.js';

/** An action for which the user needs a right. */
export interface Access {
  readonly verb: string;
  /** Like `pods`, or `pods/log`. */
  readonly resource: string;
  /** Default: the core group. */
  readonly group?: string;
}

/** The rights for spawning and following runs. The maintainer's role has them. */
export const SPAWN_ACCESS: readonly Access[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'get', resource: 'pods' },
  { verb: 'list', resource: 'pods' },
  { verb: 'watch', resource: 'pods' },
  { verb: 'get', resource: 'pods/log' },
  { verb: 'patch', resource: 'pods' },
];

/**
 * Returns the accesses that the API server would refuse.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function refusedAccess(api: Api, namespace: string, wanted: readonly Access[]): Promise<Access[]> {
  const allowed = await Promise.all(
    wanted.map(async ({ verb, resource: path, group = '' }) => {
      const [resource, subresource] = path.split('/');
      const resourceAttributes = { namespace, verb, group, resource, ...(subresource && { subresource }) };
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      };
      const url = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = await api.json<{ status?: { allowed?: boolean } }>('POST', url, review);
      return answer.status?.allowed === true;
    }),
  );
  return wanted.filter((_, index) => !allowed[index]);
}

/** The name of an access in a message. */
export const accessName = ({ verb, resource, group }: Access): string =>
  `${verb} ${resource}${group ? `.${group}` : ''}`;

/** Lists objects. Returns undefined if the cluster does not serve them or the user may not see them. */
export async function listIfAllowed<T>(api: Api, path: string): Promise<readonly T[] | undefined> {
  try {
    return (await api.json<{ items?: readonly T[] }>('GET', path)).items ?? [];
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
