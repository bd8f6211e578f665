import { BlockList, isIP } from 'node:net';
import { NoConnection } from '../errors.js';

/** The schemes of a proxy that kubectl knows. */
const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];
/** The value is not quoted: it may have a password. */
export const MUST_BE_PROXY = 'must be a URL with http, https or socks5';

/** The URL of a proxy. Undefined if it is none. */
export function proxyOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  // As under kubectl, a proxy for SOCKS looks the server's name up.
  return SCHEMES.includes(protocol) ? href.replace(/^socks5:/, 'socks5h:') : undefined;
}

/**
 * The proxy that the environment names for a server, as Go's programs read it: HTTPS_PROXY or HTTP_PROXY, unless
 * NO_PROXY names the server. A server on this machine has none.
 * @throws NoConnection if its URL is none
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFromEnvironment(server: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const either = (name: string) => env[name] || env[name.toLowerCase()];
  const proxy = either(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!proxy) return undefined;
  const host = bare(hostname);
  if (host === 'localhost' || isLoopback(host)) return undefined;
  const own = port || (protocol === 'https:' ? '443' : '80');
  const without = (either('NO_PROXY') ?? '').split(',').map((one) => one.trim().toLowerCase());
  if (without.some((one) => one !== '' && names(one, host, own))) return undefined;
  const url = proxyOf(proxy.includes('://') ? proxy : `http://${proxy}`);
  if (!url) throw new NoConnection(`HTTPS_PROXY or HTTP_PROXY ${MUST_BE_PROXY}`);
  return url;
}

/** A host of a URL without the brackets of IPv6. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

const isLoopback = (host: string): boolean => host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Whether one entry of NO_PROXY names a host and its port. */
function names(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, range, bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (range && bits) return isIP(range) !== 0 && isIn(host, range, Number(bits));
  const [, name = entry, ofPort] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (ofPort && ofPort !== port) return false;
  const wanted = bare(name).replace(/^\*(?=\.)/, '');
  // A leading dot names the subdomains alone.
  return wanted.startsWith('.')
    ? host.endsWith(wanted)
    : host === wanted || (!isIP(host) && host.endsWith(`.${wanted}`));
}

function isIn(host: string, range: string, bits: number): boolean {
  const [family, of] = [isIP(host), isIP(range)];
  if (family === 0 || family !== of || bits > (of === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = of === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(range, bits, kind);
  return list.check(host, kind);
}
