import type { IncomingMessage } from 'node:http';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import type { Follower } from './follow.js';
import { linesOf } from './lines.js';
import type { LogPosition } from './log-position.js';
import type { Runs } from './runs.js';

/** The pod exists, but its node does not have the log. */
export class NoLog extends ClusterError {
  override readonly name = 'NoLog';
}

/** One reading of a log. */
export interface Reading {
  /** Where reading continues. It advances with each line. */
  readonly position: LogPosition;
  /**
   * Nobody writes to the log any more. Before that, a line without a line break is incomplete: when a kubelet stops,
   * the API server ends the stream as if the log were complete.
   */
  readonly over: boolean;
  /** The API server has the log. */
  answered(): void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads the log of a pod to its end.
 * @throws ClusterError if the stream breaks, NoLog if there is no log
 */
export async function readLog(
  api: Api,
  runs: Runs,
  name: string,
  follower: Pick<Follower, 'line' | 'lost' | 'ready'>,
  { position, over, answered, signal }: Reading,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(runs.namespace)}/pods/${encodeURIComponent(name)}/log`;
  let stream: IncomingMessage;
  try {
    stream = await api.stream('GET', `${path}?${position.query()}`, undefined, { signal });
  } catch (error) {
    // A kubelet that has just restarted does not know the pod yet, although the pod exists.
    if (error instanceof ApiError && [400, 404].includes(error.status)) throw new NoLog(error.message);
    throw error;
  }
  answered();
  try {
    for await (const line of linesOf(stream, over)) {
      signal?.throwIfAborted();
      const taken = position.take(line);
      if (taken?.gap)
        follower.lost('lines are missing here: the node had rotated the log while the connection was cut');
      if (taken) follower.line(taken.text, taken.time);
      await follower.ready?.();
    }
    signal?.throwIfAborted();
  } catch (error) {
    throw new ClusterError(`the log was cut: ${(error as Error).message}`);
  }
}
