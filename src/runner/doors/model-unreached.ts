/** The API was not reached, or did not answer. */
export class Unreached extends Error {
  override readonly name = 'Unreached';

  /** @param status for the caller: 502, or 504 for a silent API */
  constructor(
    readonly status: 502 | 504,
    message: string,
  ) {
    super(message);
  }
}

const SEE_EGRESS = 'check that model.baseURL is right, and that egress lets runs reach this host';
const SEE_URL = 'check model.baseURL';

/**
 * The meaning of Node's error codes, and what to check. @see https://nodejs.org/api/errors.html#common-system-errors
 */
const CAUSES: Readonly<Record<string, readonly [what: string, check: string]>> = {
  ENOTFOUND: ['its name is not found', SEE_EGRESS],
  EAI_AGAIN: ['no name server answers', 'check that egress lets runs reach the name server'],
  ECONNREFUSED: ['the connection is refused', SEE_EGRESS],
  EHOSTUNREACH: ['there is no route to it', SEE_EGRESS],
  ENETUNREACH: ['there is no route to it', SEE_EGRESS],
  EACCES: ['the connection is not permitted', SEE_EGRESS],
  EPERM: ['the connection is not permitted', SEE_EGRESS],
  ETIMEDOUT: ['it does not answer', SEE_EGRESS],
  ECONNRESET: ['it closed the connection before it answered', SEE_EGRESS],
  EPIPE: ['it closed the connection before it answered', SEE_EGRESS],
  EPROTO: ['it does not speak TLS', SEE_URL],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', SEE_URL],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', SEE_URL],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for other names', SEE_URL],
  CERT_HAS_EXPIRED: ['its certificate has expired', SEE_URL],
};

const UNTRUSTED = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_|ERR_SSL_)/;

/** @param host name and port of the API */
export function unreached(host: string, error: unknown): Unreached {
  if (error instanceof Unreached) return error;
  const { code = '' } = Object(error) as { code?: string };
  const [what, check] =
    CAUSES[code] ??
    ((UNTRUSTED.test(code) && [
      'its certificate is not trusted',
      "check which authorities the runner's image trusts",
    ]) || [code.startsWith('HPE_') ? 'it does not answer in HTTP' : 'the request failed', SEE_URL]);
  return new Unreached(502, `${host} is not reached: ${what}${code && ` (${code})`}; ${check}`);
}

export const notConnected = (host: string, milliseconds: number): Unreached =>
  new Unreached(502, `${host} is not reached: no connection within ${milliseconds / 1000} s; ${SEE_EGRESS}`);

export const silent = (host: string, milliseconds: number): Unreached =>
  new Unreached(504, `${host} has sent nothing for ${milliseconds / 1000} s`);
