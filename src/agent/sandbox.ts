import { connect } from 'node:net';
import { RunFailure } from './failure.js';

/** An address that no run may reach. */
interface Forbidden {
  readonly what: string;
  readonly host: string;
  readonly port: number;
}

/** Where nobody is, and where no run may go either: what refuses a connection to it is the network plugin itself. */
const NOBODY: Forbidden = { what: 'nobody', host: '169.254.255.254', port: 80 };

/** A policy drops packets without a word: who has not answered by then is not reached, in milliseconds. */
const SILENCE = 1500;

/**
 * Looks whether the network policies hold: neither the cloud's metadata service nor the API server may answer. The kubelet
 * tells every container where the API server is. A refusal is an answer as well, but for plugins that reject instead of
 * dropping, as kube-router of k3s does: they refuse in the name of everybody.
 * @throws RunFailure naming what was reached
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
    // Timers come before what has arrived meanwhile: a pod that was held up has not looked yet.
    socket.setTimeout(SILENCE, () => setImmediate(() => end('none')));
    socket.on('connect', () => end('accepted'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' ? 'refused' : 'none'));
  });
}
