/** The cluster could not do what it was asked; nothing was created. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
}

/** The API server's refusal. */
export class ApiError extends ClusterError {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** The API server's own word, like `NotFound`. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
