import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createGunzip } from 'node:zlib';
import { lastWords, remoteErrorOf } from '../git/remote-error.js';
import { type GitExchange, type GitLimits, type GitRemote, REFUSED, UNKNOWN, UNREACHABLE } from './git-exchange.js';
import { FLUSH, packet, readAdvertisement } from './pkt-line.js';
import type { SshHost } from './ssh-host.js';

const STDERR_KEPT = 4096;
/** Exit code of ssh if the connection failed. */
const SSH_FAILED = 255;
/** The header before the capabilities over HTTP. */
const SERVICE = Buffer.from(`${packet('# service=git-upload-pack\n')}${FLUSH}`);
const VERSION_2 = /(^|:)version=2(:|$)/;

/**
 * Answers HTTP requests from a host over SSH. Each request gets its own session. That works because requests of
 * protocol version 2 are stateless, like HTTP. Older versions are not.
 * @see https://git-scm.com/docs/protocol-v2
 */
export class GitOverSsh implements GitRemote {
  constructor(
    private readonly host: SshHost,
    private readonly limits: GitLimits,
  ) {}

  answer(exchange: GitExchange): void {
    if (!VERSION_2.test(String(exchange.request.headers['git-protocol'] ?? ''))) {
      exchange.fail(403, 'this repository is read over SSH, for which git must speak protocol.version 2');
      return;
    }
    this.converse(exchange).catch((error: Error) => exchange.fail(502, 'ssh cannot be started', error.message));
  }

  close(): Promise<void> {
    return this.host.close();
  }

  private async converse(exchange: GitExchange): Promise<void> {
    const session = this.host.uploadPack();
    const { ended, reason } = this.watch(session);
    const failed = (code: number | null) => exchange.fail(...reason(code));
    exchange.onGone(() => end(session));
    if (exchange.ask === 'pack') sendBody(exchange, session);
    const capabilities = await readAdvertisement(session.stdout);
    if (capabilities === undefined) return failed(await ended);
    if (capabilities === 'not version 2') {
      end(session);
      exchange.fail(502, "the remote does not speak version 2 of git's protocol over SSH");
      return;
    }
    const response = exchange.begin({ 'Cache-Control': 'no-cache' });
    if (exchange.ask === 'refs') {
      session.stdin.end();
      session.stdout.resume();
      response.end(Buffer.concat([SERVICE, capabilities]));
      return;
    }
    session.stdout.pipe(response, { end: false });
    const code = await ended;
    // Any other code comes from the server, which has sent git the reason.
    if (code === null || code === SSH_FAILED) failed(code);
    else response.end();
  }

  /** Ends a session that is silent for too long, and explains why a session has ended. */
  private watch(session: ChildProcessWithoutNullStreams) {
    let words = '';
    let late = false;
    session.stdin.on('error', () => {});
    session.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-STDERR_KEPT);
    });
    const silence = setTimeout(() => {
      late = true;
      end(session);
    }, this.limits.silence);
    session.stdout.on('data', () => silence.refresh());
    const ended = new Promise<number | null>((resolve) => {
      session.on('error', () => resolve(null)).on('close', resolve);
    }).finally(() => clearTimeout(silence));
    const reason = (code: number | null): [status: number, text: string, detail: string] => {
      if (late) return [504, `the remote sent nothing for ${Math.round(this.limits.silence / 1000)} s`, ''];
      return [...reasonOf(code, words), words.trim() ? lastWords(words) : 'ssh said nothing'];
    };
    return { ended, reason };
  }
}

/** Destroys the output as well: unread output would keep the session open. */
function end(session: ChildProcessWithoutNullStreams): void {
  session.kill('SIGKILL');
  session.stdout.destroy();
}

/** Why ssh, or the remote program, has ended without an answer. */
function reasonOf(code: number | null, words: string): [status: number, text: string] {
  if (/host key verification failed/i.test(words)) return [502, "the remote's host key is not a known one"];
  const kind = remoteErrorOf(words);
  if (kind === 'auth') return [403, REFUSED];
  return kind === 'network' || code === SSH_FAILED ? [502, UNREACHABLE] : [404, UNKNOWN];
}

function sendBody(exchange: GitExchange, session: ChildProcessWithoutNullStreams): void {
  const { request } = exchange;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') {
    request.pipe(session.stdin);
    return;
  }
  const gunzip = createGunzip().on('error', () => {
    end(session);
    exchange.fail(400, 'the request is not compressed as its header says');
  });
  request.pipe(gunzip).pipe(session.stdin);
}
