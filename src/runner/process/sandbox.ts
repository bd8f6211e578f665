import { connect } from 'node:net';
import { RunFailure } from './failure.js';

/** An address that no run may reach. */
interface Forbidden {
  readonly what: string;
  readonly host: string;
  readonly port: number;
}

/**
 * An address without a host, which no run may reach. If a connection to it is refused, the network plugin itself
 * refuses it.
 */
const NOBODY: Forbidden = { what: 'nobody', host: '169.254.255.254', port: 80 };

/**
 * A policy drops packets silently. An address that has not answered within this time, in milliseconds, counts as not
 * reached.
 */
const SILENCE = 1500;

/**
 * Checks that the network policies work: neither the cloud's metadata service nor the API server may answer. The
 * kubelet gives every container the API server's address. A refused connection counts as an answer too, unless the
 * network plugin rejects packets instead of dropping them, like kube-router in k3s. Such a plugin refuses every
 * address.
 * @throws RunFailure that names the reached addresses
 */
export async function checkSandbox(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const forbidden: Forbidden[] = [
    { what: 'the metadata service', host: '169.254.169.254', port: 80 },
    ...(host ? [{ what: 'the API server', host, port: Number(port ?? 443) }] : []),
  ];
  const [nobody, ...answers] = await Promise.all([NOBODY, ...forbidden].map(answerOf));
  const isReached = (answer: Answer | undefined) =>
    answer === 'accepted' || (answer === 'refused' && nobody !== 'refused');
  const reached = forbidden
    .filter((_, index) => isReached(answers[index]))
    .map((one) => `${one.what} at ${one.host}:${one.port}`);
  if (reached.length > 0)
    throw new RunFailure('sandbox-open', `this pod reaches ${reached.join(' and ')}; nothing was run`);
}

type Answer = 'accepted' | 'refused' | 'none';

function answerOf({ host, port }: Forbidden): Promise<Answer> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const end = (answer: Answer) => {
      socket.destroy();
      done(answer);
    };
    // Node runs timers before it reads the network. A pod that was paused may have an unread answer, so this waits for
    // it.
    socket.setTimeout(SILENCE, () => setImmediate(() => end('none')));
    socket.on('connect', () => end('accepted'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' ? 'refused' : 'none'));
  });
}
