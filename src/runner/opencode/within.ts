/**
 * Runs work that ends with the outer signal, or when it takes too long. Work without a limit after its beginning calls
 * `begun`.
 * @param limit in milliseconds
 * @throws the outer signal's reason, or a timeout error, if the work obeys its signal
 */
export async function within<T>(
  outer: AbortSignal,
  limit: number,
  work: (signal: AbortSignal, begun: () => void) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const end = () => own.abort(outer.reason);
  const timer = setTimeout(() => own.abort(new Error(`it did not answer within ${limit / 1000} s`)), limit);
  outer.addEventListener('abort', end, { once: true });
  try {
    outer.throwIfAborted();
    return await work(own.signal, () => clearTimeout(timer));
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
}
