import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a stand-in for OpenCode's server says, and what it was asked. */
export interface FakeOpenCode {
  readonly port: number;
  /** What it has of the run's session; a test changes it as it goes on. */
  readonly state: { busy: boolean; messages: unknown[]; children: unknown[] };
  /** Method, path and body of what changes something. */
  readonly asked: { readonly path: string; readonly body: unknown }[];
  /** How often its events were asked for. */
  readonly streams: () => number;
  /** Sends an event to whoever listens. */
  readonly tell: (type: string, properties: object) => void;
  /** Ends the streams of events, which may be asked for again. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export const SESSION = 'ses_own';

/** Speaks as OpenCode 1.18 does, as far as the runner asks. */
export async function startFakeOpenCode(port = 0): Promise<FakeOpenCode> {
  const state = { busy: false, messages: [] as unknown[], children: [] as unknown[] };
  const asked: { path: string; body: unknown }[] = [];
  const listeners = new Set<ServerResponse>();
  let streams = 0;
  const server = createServer(async (request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    const answer = (body: unknown, status = 200) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/event') {
      streams += 1;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: {"type":"server.connected","properties":{}}\n\n');
      listeners.add(response);
      return void response.on('close', () => listeners.delete(response));
    }
    if (request.method === 'POST') asked.push({ path, body: await json(request).catch(() => undefined) });
    if (path === '/session') return answer({ id: SESSION });
    if (path === '/session/status') return answer(state.busy ? { [SESSION]: { type: 'busy' } } : {});
    if (path.endsWith('/message')) return answer(path.includes(SESSION) ? state.messages : []);
    if (path.endsWith('/children')) return answer(path.includes(SESSION) ? state.children : []);
    if (path.endsWith('/prompt_async')) return void response.writeHead(204).end();
    answer(true);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    state,
    asked,
    streams: () => streams,
    tell: (type, properties) => {
      const line = `data: ${JSON.stringify({ type, properties: { sessionID: SESSION, ...properties } })}\n\n`;
      for (const listener of listeners) listener.write(line);
    },
    cut: () => {
      for (const listener of listeners) listener.end();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close').catch(() => {});
    },
  };
}
