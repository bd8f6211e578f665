// @ts-check
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notRoot } from './fault.js';

let servers = 0;

/** Answers every name with this machine, as long as it answers. */
async function startNameServer() {
  servers += 1;
  const address = `127.53.${servers >> 8}.${servers & 255}`;
  let silent = false;
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address: from }) => {
    if (silent) return;
    const end = query.indexOf(0, 12) + 5;
    const isAddress = query.readUInt16BE(end - 4) === 1;
    const head = Buffer.from(query.subarray(0, 12));
    // An answer without error, to one question, with at most one record.
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isAddress ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...(isAddress ? [record] : [])]), port, from);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return {
    address,
    setSilent: (/** @type {boolean} */ value) => {
      silent = value;
    },
    close: () => new Promise((done) => socket.close(() => done(undefined))),
  };
}

/**
 * A name server of the pod's own, which falls silent.
 * @param {number} [ms] for so long; default: for good
 * @returns {Pick<import('./fault.js').Fault, 'names' | 'inject' | 'skipped'>}
 */
export function silentNames(ms) {
  /** @type {WeakMap<import('./site.js').Site, Awaited<ReturnType<typeof startNameServer>>>} */
  const servers = new WeakMap();
  return {
    skipped: notRoot,
    names: async (site) => {
      const server = await startNameServer();
      servers.set(site, server);
      site.cleanups.push(async () => void (await server.close()));
      const file = join(site.folder, 'resolv.conf');
      writeFileSync(file, `nameserver ${server.address}\noptions timeout:1 attempts:2\n`);
      const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
      return { host: 'git.fault.test', wrapper: ['unshare', '--mount', 'sh', '-c', script, file] };
    },
    inject: (site) => {
      servers.get(site)?.setSilent(true);
      if (ms) site.later(ms, () => servers.get(site)?.setSilent(false));
    },
  };
}
