import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

const NAMES = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request's Host header is a name of this machine. A web page in a browser could make another name lead here.
 */
export const isLoopback = (host = ''): boolean => NAMES.test(host);

/** The connections of a server, including those that it has handed over and no longer tracks. */
export class Connections {
  private readonly open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /** Ends all connections. */
  end(): void {
    for (const socket of this.open) socket.destroy();
  }
}

/** Opens a server only for this machine, at a free port. Returns the port. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
