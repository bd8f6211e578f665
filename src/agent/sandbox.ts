import { connect } from 'node:net';
import { RunFailure } from './failure.js';

/** An address that no run may reach. */
interface Forbidden {
  readonly what: string;
  readonly host: string;
  readonly port: number;
}

/** A policy drops packets without a word: who has not answered by then is not reached, in milliseconds. */
const SILENCE = 1500;

/**
 * Looks whether the network policies hold: neither the cloud's metadata service nor the API server may answer. The kubelet
 * tells every container where the API server is.
 * @throws RunFailure naming what was reached
 */
export async function checkSandbox(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const forbidden: Forbidden[] = [
    { what: 'the metadata service', host: '169.254.169.254', port: 80 },
    ...(host ? [{ what: 'the API server', host, port: Number(port ?? 443) }] : []),
  ];
  const answers = await Promise.all(forbidden.map(answered));
  const reached = forbidden.filter((_, index) => answers[index]).map((one) => `${one.what} at ${one.host}:${one.port}`);
  if (reached.length > 0)
    throw new RunFailure('sandbox-open', `this pod reaches ${reached.join(' and ')}; nothing was run`);
}

/** A refusal is an answer as well. */
function answered({ host, port }: Forbidden): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(SILENCE, () => end(false));
    socket.on('connect', () => end(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED'));
  });
}
