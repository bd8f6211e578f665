import { plain } from '../run/printable.js';

/** The cluster did not do what it was asked, or did not say so. Its words quote whatever it was sent. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';

  /** @param status of the API server's answer; none when there was no whole answer */
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
    /** The API server's own word, like `NotFound`. */
    readonly reason: string,
    message: string,
  ) {
    super(message, status);
  }
}
