import { type ApiError, ClusterError } from './errors.js';

/**
 * Explains the API server's refusal, and says what the user can do about it.
 * @param what the refused action, like `list pods`
 * @param where the place of the action, like `in namespace x`
 */
export function explained(error: ApiError, what: string, where: string): ClusterError {
  if (error.status === 401) {
    return new ClusterError(`the cluster does not know you: ${error.message}; log in as your kubeconfig demands`, 401);
  }
  if (error.status === 403 && !/exceeded quota|denied|violates/.test(error.message)) {
    return new ClusterError(`you may not ${what} ${where}: ${error.message}; ask for the maintainer's role there`, 403);
  }
  return new ClusterError(`the API server refused to ${what} ${where}: ${error.message}`, error.status);
}
