import { CONTAINERS } from '../../src/run/metadata.js';
import { kubectl } from '../support/cluster.js';

/** Where packets are sent. */
export interface ProbeTarget {
  readonly protocol?: 'udp';
  readonly host: string;
  readonly port: number;
}

/** Says of each target whether packets come through: an answer or a refusal shows it, and silence that they do not. */
const PROBE = `
const net = require('node:net'), dgram = require('node:dgram');
const tcp = (host, port) => new Promise((done) => {
  const socket = net.connect({ host, port });
  const end = (seen) => { socket.destroy(); done(seen); };
  socket.setTimeout(3000, () => end('silent'));
  socket.on('connect', () => end('reached')).on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'reached' : code));
});
const udp = (host, port) => new Promise((done) => {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let over = false;
  const end = (seen) => { if (!over) { over = true; socket.close(); done(seen); } };
  setTimeout(() => end('silent'), 3000);
  socket.on('message', () => end('reached')).on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'reached' : code));
  // A question for the address of localhost, which a name server answers and others refuse.
  const question = Buffer.from('00010100000100000000000009' + Buffer.from('localhost').toString('hex') + '0000010001', 'hex');
  socket.connect(port, host, () => { for (let i = 0; i < 3; i++) setTimeout(() => over || socket.send(question), i * 300); });
});
const targets = JSON.parse(process.argv[1]);
Promise.all(targets.map(({ protocol, host, port }) => (protocol === 'udp' ? udp : tcp)(host, port)))
  .then((seen) => console.log(JSON.stringify(seen)));
`;

/** What a pod's program sees of each target: `reached`, `silent`, or the code of another error. */
export function reached(pod: string, namespace: string, targets: readonly ProbeTarget[]): string[] {
  const args = [
    '-n',
    namespace,
    'exec',
    pod,
    '-c',
    CONTAINERS.runner,
    '--',
    'node',
    '-e',
    PROBE,
    JSON.stringify(targets),
  ];
  return JSON.parse(kubectl(args)) as string[];
}
