// @ts-check
import { connect, createServer } from 'node:net';

/**
 * A way to a server that can be cut.
 * @param {{ host: string, port: number }} target
 */
export async function startCuttingProxy(target) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = createServer((from) => {
    const to = connect(target.port, target.host);
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          from.destroy();
          to.destroy();
        });
    }
    from.pipe(to).pipe(from);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port,
    /** Ends every connection that there is. */
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done(undefined)));
    },
  };
}
