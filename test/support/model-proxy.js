// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * What becomes of a request: an answer in place of the model's, or a change to the model's own.
 * @typedef {{ status: number, headers?: Record<string, string>, body: unknown } | ((answer: string) => string) | undefined} Change
 */

/**
 * Stands before a model and changes what it answers.
 * @param {string} url of the model's API
 * @param {(body: any, count: number) => Change} change is given each request, and how many with tools came before it
 */
export async function startModelProxy(url, change) {
  const target = new URL(url);
  let count = 0;
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    const body = JSON.parse(sent);
    const changed = change(body, body.tools?.length ? count++ : -1);
    if (typeof changed === 'object') {
      const headers = { 'Content-Type': 'application/json', ...changed.headers };
      return void response.writeHead(changed.status, headers).end(JSON.stringify(changed.body));
    }
    const answer = await fetch(new URL(request.url ?? '', target), {
      method: request.method ?? 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: request.headers.authorization ?? '' },
      body: sent,
    });
    const told = await answer.text();
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(changed ? changed(told) : told);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    /** How many requests with tools came. */
    count: () => count,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
