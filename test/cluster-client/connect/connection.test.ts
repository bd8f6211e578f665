import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import { connect, createServer as createTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Api } from '../../../src/cluster/api.js';
import { Connection } from '../../../src/cluster/connect/connection.js';
import { ExecPlugin } from '../../../src/cluster/connect/exec-plugin.js';
import { Section } from '../../../src/cluster/connect/section.js';
import { NoConnection } from '../../../src/cluster/errors.js';
import { listenOnLoopback } from '../../../src/runner/doors/loopback.js';
import { base64, missingForCertificates as missing } from '../../support/certificates.js';
import { kubeconfigOf } from '../api-server.js';
import { type Echo, type Seen, startEcho } from './echo-server.js';

if (missing) console.warn(`The tests of the connection are skipped: ${missing}`);
const suite = missing ? describe.skip : describe;

let echo: Echo;
beforeAll(async () => {
  if (!missing) echo = await startEcho();
});
afterAll(() => echo?.close());

const said: string[] = [];
beforeEach(() => void said.splice(0));

const trusted = (fields: object = {}) => ({
  server: echo.url,
  'certificate-authority-data': base64(echo.authority.ca.cert),
  ...fields,
});

/** Connects by a kubeconfig, and always ends the connection. */
async function withApi<T>(config: object | string, work: (api: Api) => Promise<T>): Promise<T> {
  const kubeconfig = typeof config === 'string' ? config : echo.file('config', config);
  const api = await Api.connect(
    { kubeconfig },
    (line) => void said.push(line),
    async () => {},
  );
  try {
    return await work(api);
  } finally {
    api.close();
  }
}

const seen = async (api: Api): Promise<Seen> => JSON.parse(await api.text('/echo')) as Seen;
const refusal = (config: object): Promise<Error> =>
  withApi(config, (api) => api.text('/echo')).then(
    (text) => Promise.reject(new Error(`answered: ${text}`)),
    (error: Error) => error,
  );

const pluginOf = (script: string) => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  command: process.execPath,
  args: ['-e', script],
});

/** A plugin's script that gives tokens named by their number. */
function counting(status: string, before = ''): object {
  const file = echo.file('count', '');
  const script = `${before}; fs.appendFileSync(${JSON.stringify(file)}, 'x'); const n = fs.statSync(${JSON.stringify(file)}).size;
    console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: ${status} }))`;
  return { exec: pluginOf(script) };
}

suite('a credential plugin', () => {
  test('is asked once for many requests at the same time and after each other', async () => {
    const config = kubeconfigOf(trusted(), counting('{ token: "t" + n }'));
    await withApi(config, async (api) => {
      const all = [...(await Promise.all([seen(api), seen(api), seen(api)])), await seen(api)];
      expect(all.map(({ authorization }) => authorization)).toEqual(Array(4).fill('Bearer t1'));
    });
  });
  test('is asked again when its credential has expired', async () => {
    const expired = '{ token: "t" + n, expirationTimestamp: "2020-01-01T00:00:00Z" }';
    await withApi(kubeconfigOf(trusted(), counting(expired)), async (api) => {
      expect([await seen(api), await seen(api)].map((one) => one.authorization)).toEqual(['Bearer t1', 'Bearer t2']);
    });
  });
  test('is asked again, once, when the API server refuses its credential', async () => {
    await withApi(kubeconfigOf(trusted(), counting('{ token: n === 1 ? "refused" : "t" + n }')), async (api) => {
      expect((await seen(api)).authorization).toBe('Bearer t2');
    });
    const error = await refusal(kubeconfigOf(trusted(), counting('{ token: "refused" }')));
    expect(error).toMatchObject({ status: 401 });
  });
  test('is asked once more for two requests that the API server refused at the same time', async () => {
    await withApi(kubeconfigOf(trusted(), counting('{ token: n === 1 ? "refused" : "t" + n }')), async (api) => {
      const both = await Promise.all([seen(api), seen(api)]);
      expect(both.map((one) => one.authorization)).toEqual(['Bearer t2', 'Bearer t2']);
    });
  });
  test('that fails later is asked again by those who try again', async () => {
    const failing = 'if (fs.existsSync("/dev/null/never")) throw 1';
    const status = '(n > 1 && process.exit(7), { token: "t", expirationTimestamp: "2020-01-01T00:00:00Z" })';
    await withApi(kubeconfigOf(trusted(), counting(status, failing)), async (api) => {
      await seen(api);
      const error = await seen(api).catch((error: Error) => error);
      expect(error).toMatchObject({ name: 'ClusterError', message: expect.stringContaining('exit code 7') });
    });
  });
  test('is over when its program has ended, though that left another one running', async () => {
    const pid = echo.file('left-running', '');
    const left = `child_process.spawn("sleep", ["1000"], { detached: true, stdio: ["ignore", "ignore", "inherit"] })`;
    const before = `const left = ${left}; left.unref(); fs.writeFileSync(${JSON.stringify(pid)}, String(left.pid))`;
    const answer = await withApi(kubeconfigOf(trusted(), counting('{ token: "t" + n }', before)), seen);
    process.kill(Number(readFileSync(pid, 'utf8')));
    expect(answer.authorization).toBe('Bearer t1');
  });
  test('gives a new certificate, and the connection changes with it', async () => {
    const pairs = ['ada', 'grace'].map((name) => echo.authority.sign(name));
    const status = `{ clientCertificateData: ${JSON.stringify(pairs.map(({ cert }) => cert))}[n - 1],
      clientKeyData: ${JSON.stringify(pairs.map(({ key }) => key))}[n - 1], expirationTimestamp: "2020-01-01T00:00:00Z" }`;
    await withApi(kubeconfigOf(trusted(), counting(status)), async (api) => {
      expect([await seen(api), await seen(api)].map((one) => one.certificate)).toEqual(['ada', 'grace']);
    });
  });
  test('is heard while it runs: each line, and a question that has no end', async () => {
    const file = echo.file('answer', '');
    const ask = `process.stderr.write('To sign in, enter WXYZ-1234\\nName: ');
      while (fs.readFileSync(${JSON.stringify(file)}, 'utf8') === '') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)`;
    const config = kubeconfigOf(
      trusted(),
      counting('{ token: fs.readFileSync(FILE, "utf8") }'.replace('FILE', JSON.stringify(file)), ask),
    );
    await withApi(config, async (api) => {
      const answer = seen(api);
      while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      writeFileSync(file, 'ada');
      expect((await answer).authorization).toBe('Bearer ada');
    });
    expect(said).toEqual(['To sign in, enter WXYZ-1234', 'Name: ']);
  });
  test('is heard when it fails, and the error says so', async () => {
    const failing = 'console.error("The session has expired. Run: corp-sso login"); process.exit(255)';
    const error = await refusal(kubeconfigOf(trusted(), counting('{}', failing)));
    expect(error.message).toBe(
      `no credential: the plugin ${process.execPath} of exec of user "test" ended with exit code 255; see its message above`,
    );
    expect(said).toEqual(['The session has expired. Run: corp-sso login']);
    expect(error).toBeInstanceOf(NoConnection);
  });
  test('that is silent is named, and one that never ends is ended', async () => {
    const fields = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['1000'] };
    const plugin = new ExecPlugin(
      new Section('exec', '/config', fields),
      {},
      (line) => void said.push(line),
      async () => {},
    );
    const asked = plugin.applyAuthentication({ name: 'ada' }, {});
    await expect(asked).rejects.toThrow('the plugin sleep of exec has not ended within 15 minutes');
    expect(said).toEqual(['waiting for the credential plugin sleep']);
  });
});

suite('a login at an OpenID Connect provider', () => {
  const jwt = (name: string, exp: number) =>
    ['{"alg":"RS256"}', JSON.stringify({ exp, iat: exp - 60, sub: name, iss: issuer, aud: 'cli' })]
      .map((part) => Buffer.from(part).toString('base64url'))
      .concat('x')
      .join('.');
  const now = Math.floor(Date.now() / 1000);
  const provider = () => {
    const pair = echo.authority.sign('idp', { san: 'IP:127.0.0.1' });
    return createServer(pair, (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const form = new URLSearchParams(body);
        const [, basic = ''] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
        const secret = form.get('client_secret') ?? Buffer.from(basic, 'base64').toString();
        asked.push(`${request.url} ${form.get('refresh_token') ?? ''} ${secret}`.trim());
        if (basic && refusesBasic) {
          response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"error":"invalid_client"}');
          return;
        }
        const give = (status: number, value: object) =>
          response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
        if (request.url?.startsWith('/.well-known')) return give(200, { issuer, token_endpoint: `${issuer}/token` });
        if (form.get('refresh_token') !== 'first')
          return give(400, { error: 'invalid_grant', error_description: 'it is used' });
        give(200, {
          access_token: 'a',
          token_type: 'bearer',
          id_token: jwt('renewed', now + 3600),
          refresh_token: 'second',
        });
      });
    });
  };
  const asked: string[] = [];
  let refusesBasic = false;
  let issuer = '';
  let server: ReturnType<typeof provider>;
  beforeAll(async () => {
    server = provider();
    issuer = `https://127.0.0.1:${await listenOnLoopback(server)}`;
  });
  beforeEach(() => void asked.splice(0));
  afterAll(() => void server?.close());

  const config = (fields: object) =>
    kubeconfigOf(trusted(), {
      'auth-provider': {
        name: 'oidc',
        config: {
          'client-id': 'cli',
          'client-secret': 'hush',
          'idp-issuer-url': issuer,
          'idp-certificate-authority-data': base64(echo.authority.ca.cert),
          'id-token': jwt('old', now - 60),
          ...fields,
        },
      },
    });

  test('is renewed when it has expired, once for all requests, and the new tokens are in the kubeconfig', async () => {
    const yaml = `# mine\n${JSON.stringify(config({ 'refresh-token': 'first' }))}\n`;
    const file = echo.file('oidc', yaml);
    const bearer = `Bearer ${jwt('renewed', now + 3600)}`;
    await withApi(file, async (api) => {
      const all = [...(await Promise.all([seen(api), seen(api)])), await seen(api)];
      expect(all.map(({ authorization }) => authorization)).toEqual(Array(3).fill(bearer));
    });
    expect(asked).toEqual(['/.well-known/openid-configuration', '/token first cli:hush']);
    const written = readFileSync(file, 'utf8');
    expect(written).toMatch(/^# mine\n/);
    expect(written).toContain('second');
    // The next command has the new token from the file.
    expect((await withApi(file, seen)).authorization).toBe(bearer);
    expect(asked).toHaveLength(2);
    expect(said).toEqual([]);
  });
  test('sends its secret in the body to a provider that does not take it in a header', async () => {
    refusesBasic = true;
    await withApi(echo.file('posted', config({ 'refresh-token': 'first' })), seen);
    refusesBasic = false;
    expect(asked.slice(1)).toEqual(['/token first cli:hush', '/token first hush']);
  });
  test('is not renewed where another program has done so meanwhile', async () => {
    const file = echo.file('shared', config({ 'refresh-token': 'first' }));
    await withApi(file, async (api) => {
      const bearer = jwt('by another', now + 3600);
      writeFileSync(file, JSON.stringify(config({ 'id-token': bearer, 'refresh-token': 'second' })));
      expect((await seen(api)).authorization).toBe(`Bearer ${bearer}`);
    });
    expect(asked).toEqual([]);
  });
  test('is renewed all the same where another program holds the kubeconfig, and that is said', async () => {
    const file = echo.file('locked', config({ 'refresh-token': 'first' }));
    echo.file('locked.lock', '');
    expect((await withApi(file, seen)).authorization).toMatch(/^Bearer /);
    expect(said).toEqual([expect.stringMatching(/^the renewed token is not in \S+locked: EEXIST/)]);
    expect(readFileSync(file, 'utf8')).not.toContain('second');
  });
  test('that the provider does not renew is named with its reason', async () => {
    const { message } = await refusal(config({ 'refresh-token': 'used' }));
    expect(message).toMatch(
      /^no credential: https:\/\/127\.0\.0\.1:\d+ does not renew the token of .*user "test": .*(invalid_grant|it is used)/,
    );
  });
  test('that has expired and cannot be renewed says so', async () => {
    const { message } = await refusal(config({}));
    expect(message).toContain(
      'is missing or has expired, and without refresh-token, client-id and idp-issuer-url it cannot be renewed',
    );
  });
});

suite('a proxy', () => {
  const through: string[] = [];
  const sockets = new Set<Socket>();
  const tunnel = (from: Socket, port: number, hello: string | Buffer) => {
    const to = connect(port, '127.0.0.1', () => {
      from.write(hello);
      from.pipe(to).pipe(from);
    });
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
  };
  const http = createPlain().on('connect', (request, socket: Socket) => {
    const known = request.headers['proxy-authorization'] === `Basic ${base64('ada:p@ss')}`;
    through.push(`http ${request.url}`);
    if (known) tunnel(socket, Number(request.url?.split(':')[1]), 'HTTP/1.1 200 OK\r\n\r\n');
    else socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  // RFC 1928, as far as a client without a login needs it.
  const socks = createTcp((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (wanted) => {
        const port = wanted.readUInt16BE(wanted.length - 2);
        through.push(`socks ${port}`);
        tunnel(socket, port, Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      });
    });
  });
  let ports: readonly [http: number, socks: number];
  beforeAll(async () => {
    ports = [await listenOnLoopback(http), await listenOnLoopback(socks)];
  });
  beforeEach(() => void through.splice(0));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    http.close();
    socks.close();
  });
  const config = (proxy: string) => kubeconfigOf(trusted({ 'proxy-url': proxy }), { token: 'abc' });

  test('of HTTP is used with its password, over one connection for two requests', async () => {
    await withApi(config(`http://ada:p%40ss@127.0.0.1:${ports[0]}`), async (api) => {
      expect((await seen(api)).authorization).toBe('Bearer abc');
      await seen(api);
    });
    expect(through).toEqual([`http 127.0.0.1:${echo.port}`]);
  });
  test('of SOCKS is used, over one connection for two requests', async () => {
    await withApi(config(`socks5://127.0.0.1:${ports[1]}`), async (api) => {
      expect((await seen(api)).authorization).toBe('Bearer abc');
      await seen(api);
    });
    expect(through).toEqual([`socks ${echo.port}`]);
  });
  test('of HTTP gets an address of IPv6 in brackets', async () => {
    const fields = { server: `https://[::1]:${echo.port}`, 'proxy-url': `http://127.0.0.1:${ports[0]}` };
    await refusal(kubeconfigOf(trusted(fields)));
    expect(through).toEqual([`http [::1]:${echo.port}`]);
  });
  test('of SOCKS looks the name up, and not this machine', async () => {
    const fields = { server: `https://api.test:${echo.port}`, 'proxy-url': `socks5://127.0.0.1:${ports[1]}` };
    await withApi(kubeconfigOf(trusted(fields), { token: 'abc' }), seen);
    expect(through).toEqual([`socks ${echo.port}`]);
  });
  test('of SOCKS verifies that the certificate is for the address', async () => {
    const server = createServer(echo.authority.sign('server', { san: 'DNS:localhost' }), (_, response) =>
      response.end(),
    );
    const fields = {
      server: `https://127.0.0.1:${await listenOnLoopback(server)}`,
      'proxy-url': `socks5://127.0.0.1:${ports[1]}`,
    };
    const { message } = await refusal(kubeconfigOf(trusted(fields)));
    server.close();
    expect(message).toMatch(
      /the certificate of the API server https:\S+ is for another name: .*IP: 127.0.0.1 is not in/,
    );
  });
  test('that never answers is named after 30 s, and lets go of a request that is ended', async () => {
    const held = new Set<Socket>();
    const silent = createTcp((socket) => void held.add(socket));
    const fields = { 'proxy-url': `http://127.0.0.1:${await listenOnLoopback(silent)}` };
    const abort = new AbortController();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] });
    try {
      await withApi(kubeconfigOf(trusted(fields)), async (api) => {
        const ended = api.stream('GET', '/echo', undefined, { signal: abort.signal }).catch((error: Error) => error);
        const late = api.text('/echo').catch((error: Error) => error);
        while (held.size < 2) await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        expect(await ended).toMatchObject({ message: expect.stringContaining('it was ended') });
        await jest.advanceTimersByTimeAsync(30_000);
        expect(await late).toMatchObject({ message: expect.stringContaining('no connection within 30 s') });
      });
    } finally {
      jest.useRealTimers();
      for (const socket of held) socket.destroy();
      silent.close();
    }
  });
  test('of the environment is used for the provider of a login too', async () => {
    const before = { ...process.env };
    process.env.HTTPS_PROXY = `http://127.0.0.1:${ports[0]}`;
    const login = { 'client-id': 'cli', 'refresh-token': 'r', 'idp-issuer-url': 'https://idp.test:1' };
    const { message } = await refusal(kubeconfigOf(trusted(), { 'auth-provider': { name: 'oidc', config: login } }));
    process.env = before;
    expect(message).toContain('https://idp.test:1 does not renew the token');
    expect(through).toEqual(['http idp.test:1']);
  });
  test('of SOCKS verifies the certificate of the server', async () => {
    const { message } = await refusal(
      kubeconfigOf({ server: echo.url, 'proxy-url': `socks5://127.0.0.1:${ports[1]}` }, { token: 'abc' }),
    );
    expect(message).toMatch(/is signed by an authority that the kubeconfig does not name/);
  });
  test('that refuses is named, without its password', async () => {
    const { message } = await refusal(config(`http://ada:wrong@127.0.0.1:${ports[0]}`));
    expect(message).toContain(`the proxy http://127.0.0.1:${ports[0]} refused a connection to ${echo.url}: HTTP 407`);
    expect(message).toContain('check proxy-url, HTTPS_PROXY and NO_PROXY');
    expect(message).not.toContain('wrong');
  });
  test('that is not there is named', async () => {
    const { message } = await refusal(config('http://127.0.0.1:1'));
    expect(message).toContain(
      `${echo.url} does not answer through the proxy http://127.0.0.1:1: the connection was refused`,
    );
  });
});

suite('a connection that cannot be', () => {
  const certified = async (fields: { san: string; days?: number }) => {
    const server = createServer(echo.authority.sign('server', fields));
    const port = await listenOnLoopback(server);
    return { config: kubeconfigOf(trusted({ server: `https://127.0.0.1:${port}` })), close: () => server.close() };
  };
  test('for a certificate of the server that has expired', async () => {
    const { config, close } = await certified({ san: 'IP:127.0.0.1', days: -1 });
    const error = await refusal(config);
    close();
    expect(error.message).toMatch(
      /^the certificate of the API server https:\S+ has expired; renew it on the server \(context "test" of/,
    );
    expect(error).toBeInstanceOf(NoConnection);
  });
  test('for a client certificate that has expired', async () => {
    const { cert, key } = echo.authority.sign('ada', { days: -1 });
    const login = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    const server = createServer({
      ...echo.authority.sign('x', { san: 'IP:127.0.0.1' }),
      requestCert: true,
      rejectUnauthorized: false,
    });
    // As the API server does: the connection is made, and the request is refused.
    server.on('request', (_, response) => response.writeHead(401).end('{"message":"Unauthorized"}'));
    const port = await listenOnLoopback(server);
    const error = await refusal(kubeconfigOf(trusted({ server: `https://127.0.0.1:${port}` }), login));
    server.closeAllConnections();
    server.close();
    expect(error.message).toMatch(/^Unauthorized; the client certificate of context "test" of \S+ expired on 20\d\d-/);
  });
  test('for a key of another certificate', async () => {
    const [one, other] = [echo.authority.sign('ada'), echo.authority.sign('grace')];
    const login = { 'client-certificate-data': base64(one.cert), 'client-key-data': base64(other.key) };
    const error = await refusal(kubeconfigOf(trusted(), login));
    expect(error.message).toMatch(/TLS with https:\S+ failed: .*key values mismatch; check certificate and key/);
  });
  test.each<[string, () => object, string]>([
    [
      'a server with a password',
      () => kubeconfigOf(trusted({ server: 'https://ada:hush@api.test' })),
      'must not have a user name',
    ],
    [
      'a server with a password alone',
      () => kubeconfigOf(trusted({ server: 'https://:hush@api.test' })),
      'must not have a user name',
    ],
    ['a server that is no URL', () => kubeconfigOf(trusted({ server: 'https://ada:hush@[x' })), 'must be a URL'],
    [
      'a plugin that prints a token and no object',
      () => kubeconfigOf(trusted(), { exec: { ...pluginOf('console.log("hush")') } }),
      'printed no ExecCredential',
    ],
    [
      'a proxy of another kind',
      () => kubeconfigOf(trusted({ 'proxy-url': 'ftp://ada:hush@proxy.test' })),
      'must be a URL with http',
    ],
    [
      'a token with a line break',
      () => kubeconfigOf(trusted(), { token: 'hush\nhush' }),
      'characters that no header may have',
    ],
  ])('for %s, which is not quoted', async (_, config, words) => {
    const error = await refusal(config());
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('hush');
    expect(error).toBeInstanceOf(NoConnection);
  });
  test('for a proxy of the environment that is no URL, which is not quoted', async () => {
    const before = { ...process.env };
    process.env.HTTPS_PROXY = 'ftp://ada:hush@proxy.test';
    const error = await refusal(kubeconfigOf(trusted({ server: 'https://api.test' })));
    process.env = before;
    expect(error.message).toBe('HTTPS_PROXY or HTTP_PROXY must be a URL with http, https or socks5');
  });
  test('for a server that speaks no TLS', async () => {
    const server = createPlain();
    const port = await listenOnLoopback(server);
    const error = await refusal(kubeconfigOf(trusted({ server: `https://127.0.0.1:${port}` })));
    server.close();
    expect(error.message).toContain(`https://127.0.0.1:${port} does not speak TLS`);
  });
  test('for a name that is not known passes, even if it has a word of TLS in it', async () => {
    const error = await refusal(kubeconfigOf(trusted({ server: 'https://alert.invalid' })));
    expect(error).toMatchObject({ name: 'ClusterError', message: expect.stringContaining('https://alert.invalid') });
  });
  test('for a refusal that breaks off', async () => {
    const server = createPlain(({ socket }, response) => {
      response.writeHead(500, { 'Content-Length': 100 }).write('{');
      setTimeout(() => socket.destroy(), 20);
    });
    const error = await refusal(kubeconfigOf({ server: `http://127.0.0.1:${await listenOnLoopback(server)}` }));
    server.close();
    expect(error).toMatchObject({ name: 'ClusterError', message: expect.stringContaining('broke off') });
  });
  test('for a program that is no API server', async () => {
    const server = createPlain((_, response) => response.writeHead(502).end('<html>Bad gateway</html>\n'));
    const port = await listenOnLoopback(server);
    const error = await refusal(kubeconfigOf({ server: `http://127.0.0.1:${port}` }));
    server.closeAllConnections();
    server.close();
    expect(error.message).toBe('something else answers in place of the API server: HTTP 502, <html>Bad gateway</html>');
  });
});

suite('a server that answered before', () => {
  test.each(['POST', 'GET'] as const)(
    'and has closed the idle connection gets the %s over a new one',
    async (method) => {
      const known = new Set<unknown>();
      let bodies = '';
      const server = createPlain((request, response) => {
        if (known.has(request.socket)) return request.socket.destroy();
        known.add(request.socket);
        request.on('data', (chunk) => {
          bodies += chunk;
        });
        request.on('end', () => response.end('{}'));
      });
      const port = await listenOnLoopback(server);
      await withApi(kubeconfigOf({ server: `http://127.0.0.1:${port}` }), async (api) => {
        await api.text('/echo');
        await api.json(method, '/echo', { a: 1 });
      });
      server.closeAllConnections();
      server.close();
      expect([known.size, bodies]).toEqual([2, '{"a":1}']);
    },
  );
  test('and breaks off in an answer is not asked for it again', async () => {
    let asked = 0;
    const server = createPlain(({ socket }, response) => {
      asked += 1;
      if (asked === 1) return response.end('{}');
      response.write('{');
      // With a reset: Node tells it to the request too, though that has its answer.
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const port = await listenOnLoopback(server);
    await withApi(kubeconfigOf({ server: `http://127.0.0.1:${port}` }), async (api) => {
      await api.text('/echo');
      await expect(api.text('/echo')).rejects.toThrow("the API server's answer broke off");
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    server.close();
    expect(asked).toBe(2);
  });
  test('and is away says so, and no word about the kubeconfig', async () => {
    const server = createPlain((_, response) => response.end('{}'));
    const port = await listenOnLoopback(server);
    await withApi(kubeconfigOf({ server: `http://127.0.0.1:${port}` }), async (api) => {
      await api.text('/echo');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await expect(api.text('/echo')).rejects.toThrow(
        new RegExp(`^the API server http://127.0.0.1:${port} does not answer: the connection was (refused|cut)$`),
      );
    });
  });
});

suite('a pod', () => {
  const before = { ...process.env };
  afterAll(() => {
    process.env = before;
  });
  test('has its service account, and its namespace', async () => {
    const folder = echo.file('root', '').replace(/root$/, 'pod');
    const account = `${folder}/var/run/secrets/kubernetes.io/serviceaccount`;
    mkdirSync(account, { recursive: true });
    writeFileSync(`${account}/token`, 'of-the-pod\n');
    writeFileSync(`${account}/namespace`, 'team');
    writeFileSync(`${account}/ca.crt`, echo.authority.ca.cert);
    process.env = { HOME: folder, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: `${echo.port}` };
    const connection = await Connection.open({}, () => {}, folder);
    expect(connection.namespace).toBe('team');
    expect((await connection.options()).headers).toEqual({ Authorization: 'Bearer of-the-pod' });
    connection.close();
    // As under kubectl: files of KUBECONFIG that are not there are none, and a flag is meant.
    process.env.KUBECONFIG = `${folder}/missing`;
    const second = await Connection.open({}, () => {}, folder);
    expect(second.namespace).toBe('team');
    second.close();
    await expect(Connection.open({ context: 'prod' }, () => {}, folder)).rejects.toThrow('no kubeconfig');
  });
});
