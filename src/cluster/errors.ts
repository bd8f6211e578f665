import { plain } from '../run/printable.js';

/**
 * A request to the cluster failed, or got no whole answer. The message may quote the request, so it is made printable.
 */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';

  /** @param status HTTP status of the API server's answer. Absent if there was no whole answer */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(plain(message));
  }
}

/** The API server's refusal. */
export class ApiError extends ClusterError {
  override readonly name = 'ApiError';

  constructor(
    override readonly status: number,
    /** The API server's reason, like `NotFound`. */
    readonly reason: string,
    message: string,
  ) {
    super(message, status);
  }
}

/** No other attempt would get a connection: the kubeconfig, a credential or a certificate is wrong. */
export class NoConnection extends ClusterError {
  override readonly name = 'NoConnection';
}
