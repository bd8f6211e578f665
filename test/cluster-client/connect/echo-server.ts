import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { listenOnLoopback } from '../../../src/runner/doors/loopback.js';
import { Authority } from '../../support/certificates.js';

/** What the server has seen of a request: who asked, in what way. */
export type Seen = Readonly<Record<string, unknown>>;

/** An API server over TLS that answers what it has seen. */
export async function startEcho() {
  const authority = new Authority();
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-echo-'));
  const pair = authority.sign('server', { san: 'IP:127.0.0.1,DNS:localhost,DNS:api.test' });
  const server = createServer({ ...pair, ca: authority.ca.cert, requestCert: true, rejectUnauthorized: false });
  server.on('request', (request, response) => {
    if (request.headers.authorization === 'Bearer refused') response.writeHead(401);
    response.end(JSON.stringify(seen(request)));
  });
  const port = await listenOnLoopback(server);
  return {
    authority,
    server,
    port,
    url: `https://127.0.0.1:${port}`,
    /** Writes a file, and returns its path. */
    file(name: string, content: string | object, mode = 0o600): string {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode });
      return path;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      authority.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Echo = Awaited<ReturnType<typeof startEcho>>;

function seen({ url, socket, headers }: IncomingMessage): Seen {
  const { servername } = socket as TLSSocket & { servername?: string };
  const subject = (socket as TLSSocket).getPeerCertificate().subject as { CN?: string } | undefined;
  const given = Object.entries(headers).filter(([name]) => /^(authorization|impersonate-.*)$/.test(name));
  return { url, servername: servername || undefined, certificate: subject?.CN, ...Object.fromEntries(given) };
}
