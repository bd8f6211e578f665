import { createOpencodeClient, type OpencodeClient } from '@opencode-ai/sdk/v2/client';

/** The longest answer or event that is read from OpenCode, in bytes. The agent may answer in its place. */
const LONGEST = 16 * 1024 * 1024;
const LINE_FEED = 10;

/** OpenCode's port and password. */
export interface Address {
  readonly port: number;
  readonly password: string;
}

/** Makes a client of OpenCode whose requests end with a signal. */
export type Connection = (signal: AbortSignal) => OpencodeClient;

/**
 * A client that limits the size of answers. The signal goes directly to each fetch: a signal that is given to the
 * client gets lost when Node garbage-collects the object that forwards it.
 * @param directory the worktree: OpenCode works in the folder that its caller names
 * @see https://github.com/nodejs/undici/issues/4068
 */
export function connectTo({ port, password }: Address, directory: string): Connection {
  return (signal) =>
    createOpencodeClient({
      baseUrl: `http://127.0.0.1:${port}`,
      directory,
      headers: { authorization: `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}` },
      fetch: async (request) => bounded(await fetch(request, { signal })),
    });
}

function bounded(response: Response): Response {
  const events = response.headers.get('content-type')?.startsWith('text/event-stream');
  let length = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      // For events, the limit is for one line, so the count restarts after each line.
      const line = events ? chunk.lastIndexOf(LINE_FEED) + 1 : 0;
      length = line > 0 ? chunk.length - line : length + chunk.length;
      if (length > LONGEST)
        controller.error(new Error(`OpenCode's answer is longer than ${LONGEST / 1024 / 1024} MiB`));
      else controller.enqueue(chunk);
    },
  });
  return response.body ? new Response(response.body.pipeThrough(limit), response) : response;
}
