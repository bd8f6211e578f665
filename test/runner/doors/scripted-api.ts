import { once } from 'node:events';
import {
  type Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from '@jest/globals';
import { ModelDoor, type ModelDoorLimits, type ModelDoorOptions } from '../../../src/runner/doors/model-door.js';
import type { ModelRequest } from '../../../src/runner/doors/model-types.js';

/** Put together, so that nobody takes it for a key that was left here. */
export const REAL_KEY = ['sk', 'proj', 'Qm7Vx2Lr9Tz4Wc8Ks1Np6Jd3Hb5Gf0YaEuRoPiSq', 'AtXw_MnBvCjZkUe'].join('-');

/** A request as the API saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export const atEnd = (close: () => Promise<unknown>): void => void closing.push(close);

/** An API on loopback. */
export async function scriptedApi(answer: (response: ServerResponse, seen: Seen) => void | Promise<void>) {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const one = { method, url, headers, body: await text(incoming) };
    seen.push(one);
    await answer(response, one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: OutgoingHttpHeaders = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));

/** The answer of an API that has counted 70 and 10 tokens. */
export const GOOD = { choices: [{ message: { content: 'hi' } }], usage: { prompt_tokens: 70, completion_tokens: 10 } };

type Overrides = Partial<Omit<ModelDoorOptions, 'settings'>> & {
  readonly settings?: Partial<ModelDoorOptions['settings']>;
};

/** A door, and what it has told. */
export async function doorTo(url: string, overrides: Overrides = {}, limits: Partial<ModelDoorLimits> = {}) {
  const told: ModelRequest[] = [];
  const overBudget: string[] = [];
  const hopeless: string[] = [];
  const door = await ModelDoor.open(
    {
      budget: { tokens: 0, cost: 0 },
      key: () => REAL_KEY,
      onRequest: (one) => told.push(one),
      onOverBudget: (words) => overBudget.push(words),
      timeLeft: () => 3_600_000,
      onHopeless: (words) => hopeless.push(words),
      ...overrides,
      settings: { url, names: ['model-a', 'model-b'], prices: {}, ...overrides.settings },
    },
    limits,
  );
  atEnd(() => door.close());
  /** @param path below the URL that OpenCode gets */
  const ask = (
    path = '/chat/completions',
    body: unknown = { model: 'model-a' },
    headers: Readonly<Record<string, string>> = {},
  ) =>
    fetch(door.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.key}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
    });
  return { door, told, overBudget, hopeless, ask };
}

/** Asks with a path and headers as they are: fetch would mend them. */
export async function askRaw(
  door: ModelDoor,
  path: string,
  {
    method = 'POST',
    headers = {},
    body = '{"model":"model-a"}',
    agent,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string; agent?: Agent } = {},
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  const { hostname, port } = new URL(door.url);
  const asked = request({
    hostname,
    port,
    path,
    method,
    ...(agent && { agent }),
    headers: { authorization: `Bearer ${door.key}`, ...headers },
  });
  asked.end(method === 'POST' ? body : undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer), headers: answer.headers };
}

/** Sends bytes as they are. */
export async function sendRaw(door: ModelDoor, bytes: string): Promise<string> {
  const { hostname, port } = new URL(door.url);
  const socket = connect(Number(port), hostname);
  socket.end(bytes);
  return text(socket);
}

/** Words of an answer of the door's own. */
export async function refusal(response: Response): Promise<string> {
  const body = (await response.json()) as { error: { message: string; type: string } };
  return `${response.status} ${body.error.type}: ${body.error.message}`;
}
