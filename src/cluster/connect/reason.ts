/** Why a request got no answer, in words. */
export interface Reason {
  readonly what: string;
  /** What the user can check. */
  readonly next: string;
  /** Whether another attempt may get an answer. */
  readonly passes: boolean;
}

/** Errors of the network, in words. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
};

/** Errors of a server's certificate, in words. */
const CERTIFICATE: Readonly<Record<string, readonly [what: string, next: string]>> = {
  CERT_HAS_EXPIRED: ['has expired', 'renew it on the server'],
  CERT_NOT_YET_VALID: ['is not valid yet', "check this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: ['is for another name', 'check server and tls-server-name'],
};
const UNTRUSTED: readonly [string, string] = [
  'is signed by an authority that the kubeconfig does not name',
  'check certificate-authority-data, or name the authority in NODE_EXTRA_CA_CERTS',
];
const UNTRUSTED_CODES = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
];

/**
 * @param server address of the API server
 * @param proxy address of the proxy in between
 */
export function reasonOf(error: NodeJS.ErrnoException, server: string, proxy: string | undefined): Reason {
  const { code = '', message } = error;
  const certificate = CERTIFICATE[code] ?? (UNTRUSTED_CODES.includes(code) ? UNTRUSTED : undefined);
  if (certificate) {
    const [what, next] = certificate;
    const detail =
      code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? `: ${message.replace(/^.*?does not match/, 'does not match')}` : '';
    return { what: `the certificate of the API server ${server} ${what}${detail}`, next, passes: false };
  }
  if (/^(EPROTO|ERR_SSL|ERR_OSSL)/.test(code)) {
    if (/wrong version number|packet length too long|http request/i.test(message)) {
      const next = 'its server may be http://, or another program';
      return { what: `${server} does not speak TLS`, next, passes: false };
    }
    return { what: `TLS with ${server} failed: ${message}`, next: 'check certificate and key', passes: false };
  }
  if (code === 'ERR_INVALID_CHAR') {
    return { what: 'the credential has characters that no header may have', next: 'check its file', passes: false };
  }
  const refused = /^Bad response: (\d+)$/.exec(message);
  if (refused && proxy) {
    const what = `the proxy ${withoutPassword(proxy)} refused a connection to ${server}: HTTP ${refused[1]}`;
    return { what, next: 'check proxy-url, HTTPS_PROXY and NO_PROXY', passes: Number(refused[1]) >= 500 };
  }
  const way = proxy
    ? `${server} does not answer through the proxy ${withoutPassword(proxy)}`
    : `${server} does not answer`;
  const words = NETWORK[code] ?? (message || code);
  const next = proxy ? 'check proxy-url, HTTPS_PROXY and NO_PROXY' : 'is it running, and is the context the right one?';
  return { what: `the API server ${way}: ${words}`, next, passes: true };
}

function withoutPassword(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
