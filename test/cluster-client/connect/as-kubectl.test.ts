import { execFile, spawnSync } from 'node:child_process';
import { basename, delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../../../src/cluster/api.js';
import { base64, missingForCertificates } from '../../support/certificates.js';
import { kubeconfigOf } from '../api-server.js';
import { type Echo, type Seen, startEcho } from './echo-server.js';

const missing = missingForCertificates || (spawnSync('kubectl', ['version', '--client']).error ? 'no kubectl' : '');
if (missing) console.warn(`The comparison with kubectl is skipped: ${missing}`);

interface Read {
  readonly seen?: Seen;
  readonly namespace?: string;
  readonly error?: string;
}

/** How a kubeconfig is given. */
interface Given {
  /** Contents of the files in KUBECONFIG, or the path of one. */
  readonly files: readonly (object | string)[];
  readonly context?: string;
  readonly env?: Readonly<Record<string, string>>;
}

let echo: Echo;
let ca: string;
beforeAll(async () => {
  if (missing) return;
  echo = await startEcho();
  ca = base64(echo.authority.ca.cert);
});
afterAll(() => echo?.close());

let made = 0;
const paths = ({ files }: Given): string =>
  files.map((file) => (typeof file === 'string' ? file : echo.file(`config-${++made}`, file))).join(delimiter);

function byKubectl(kubeconfig: string, { context, env }: Given): Promise<Read> {
  const flags = context ? [`--context=${context}`] : [];
  const run = (...args: string[]) =>
    new Promise<{ stdout: string; error?: string }>((done) => {
      const options = { env: { ...process.env, ...env, KUBECONFIG: kubeconfig } };
      const child = execFile('kubectl', [...flags, ...args], options, (failed, stdout, stderr) =>
        done(failed ? { stdout, error: stderr } : { stdout }),
      );
      child.stdin?.end();
    });
  return run('get', '--raw', '/echo').then(async ({ stdout, error }) => {
    if (error !== undefined) return { error };
    const { stdout: namespace } = await run('config', 'view', '--minify', '-o', 'jsonpath={..namespace}');
    return { seen: JSON.parse(stdout), ...(namespace && { namespace }) };
  });
}

async function byUs(kubeconfig: string, { context, env }: Given): Promise<Read> {
  const before = { ...process.env };
  Object.assign(process.env, env, { KUBECONFIG: kubeconfig });
  try {
    const api = await Api.connect({ context }, () => {});
    try {
      return { seen: JSON.parse(await api.text('/echo')), ...(api.namespace && { namespace: api.namespace }) };
    } finally {
      api.close();
    }
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    process.env = before;
  }
}

/** The same kubeconfig, read by both. */
async function read(given: Given) {
  const kubeconfig = paths(given);
  return { theirs: await byKubectl(kubeconfig, given), ours: await byUs(kubeconfig, given) };
}

const trusted = () => ({ server: echo.url, 'certificate-authority-data': ca });
const user = (fields: object, context: object = {}) => ({ files: [kubeconfigOf(trusted(), fields, context)] });
const cluster = (fields: object) => ({ files: [kubeconfigOf({ ...trusted(), ...fields }, { token: 'abc' })] });
const ada = () => {
  const { cert, key } = echo.authority.sign('ada');
  return { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
};
const plugin = (status: object, fields: object = {}) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: process.execPath,
    args: [
      '-e',
      `console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: ${JSON.stringify(status)} }))`,
    ],
    ...fields,
  },
});
/** A token that expires in an hour. */
const idToken = () => `x.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 3600 })).toString('base64url')}.x`;
const two = (first: object, second: object) => ({
  apiVersion: 'v1',
  kind: 'Config',
  contexts: [
    { name: 'one', context: { cluster: 'one', user: 'one', namespace: 'first' } },
    { name: 'two', context: { cluster: 'one', user: 'two' } },
  ],
  clusters: [{ name: 'one', cluster: trusted() }],
  users: [
    { name: 'one', user: first },
    { name: 'two', user: second },
  ],
});

const same: [string, () => Given][] = [
  ['a token', () => user({ token: 'abc' })],
  ['a namespace', () => user({ token: 'abc' }, { namespace: 'team' })],
  ['a token in a file, whose line ends', () => user({ tokenFile: echo.file('token', 'from-file\n') })],
  ['a token in a file beside the kubeconfig', () => user({ tokenFile: basename(echo.file('beside', 'from-beside')) })],
  ['a client certificate', () => user(ada())],
  [
    'a client certificate in files beside the kubeconfig',
    () => {
      const { cert, key } = echo.authority.sign('grace');
      echo.file('grace.pem', cert);
      echo.file('grace.key', key);
      return user({ 'client-certificate': 'grace.pem', 'client-key': 'grace.key' });
    },
  ],
  ['a user name and password', () => user({ username: 'ada', password: 'secret' })],
  ['somebody else', () => user({ token: 'abc', as: 'grace' })],
  [
    'somebody else, with groups, uid and more',
    () =>
      user({
        token: 'abc',
        as: 'grace',
        'as-uid': '7',
        'as-groups': ['dev'],
        'as-user-extra': { scopes: ['view'], 'example.com/Why': ['test'] },
      }),
  ],
  ['a plugin with a token', () => user(plugin({ token: 'from-plugin' }))],
  [
    'a plugin with a certificate',
    () => {
      const { cert, key } = echo.authority.sign('hal');
      return user(plugin({ clientCertificateData: cert, clientKeyData: key }));
    },
  ],
  [
    'a plugin in a script beside the kubeconfig, with variables',
    () => {
      const say = `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$WHO'"}}'`;
      echo.file('plugin.sh', `#!/bin/sh\n${say}\n`, 0o700);
      return user(plugin({}, { command: './plugin.sh', args: null, env: [{ name: 'WHO', value: 'eve' }] }));
    },
  ],
  [
    'a plugin that asks for the cluster',
    () => {
      const script = `const { spec: { cluster, interactive } } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
        const { server, config, ...rest } = cluster;
        const token = [new URL(server).hostname, config.audience, Object.keys(rest).sort(), interactive].join('|');
        console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } }))`;
      const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'runs' } }];
      const fields = plugin({}, { provideClusterInfo: true, args: ['-e', script] });
      return { files: [kubeconfigOf({ ...trusted(), extensions, 'tls-server-name': 'api.test' }, fields)] };
    },
  ],
  [
    'a login at a provider whose token is good',
    () =>
      user({
        'auth-provider': {
          name: 'oidc',
          config: { 'id-token': idToken(), 'client-id': 'x', 'idp-issuer-url': 'https://idp.test' },
        },
      }),
  ],
  [
    'an authority in a file',
    () => cluster({ 'certificate-authority-data': undefined, 'certificate-authority': echo.authority.path }),
  ],
  [
    'no check of the certificate',
    () => cluster({ 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true }),
  ],
  ['another name in the certificate', () => cluster({ 'tls-server-name': 'api.test' })],
  ['a server by name', () => cluster({ server: `https://localhost:${echo.port}` })],
  ['another context', () => ({ files: [two({ token: 'one' }, { token: 'two' })], context: 'two' })],
  [
    'several files: the first that names something decides',
    () => ({
      files: [
        { 'current-context': 'one', users: [{ name: 'one', user: { token: 'from-the-first' } }] },
        two({ token: 'from-the-second' }, {}),
      ],
    }),
  ],
  ['several files, of which one is not there', () => ({ files: ['/nowhere/config', ...user({ token: 'abc' }).files] })],
  ['an empty file beside a full one', () => ({ files: [echo.file('empty', ''), ...user({ token: 'abc' }).files] })],
  ['YAML with anchors', () => ({ files: [echo.file('anchors', anchors())] })],
];

const anchors = () => `
apiVersion: v1
current-context: &name test
clusters: [{name: *name, cluster: {server: "${echo.url}", certificate-authority-data: ${ca}}}]
users: [{name: *name, user: {token: abc}}]
contexts: [{name: *name, context: {cluster: *name, user: *name}}]
`;

const both: [string, () => Given, RegExp][] = [
  [
    'a server without a scheme',
    () => cluster({ server: `127.0.0.1:${echo.port}` }),
    /server of cluster "test" must be a URL with https or http, like https:/,
  ],
  [
    'a certificate both as data and as a file',
    () => user({ ...ada(), 'client-certificate': '/nowhere/cert.pem' }),
    /client-certificate of user "test" is not allowed beside client-certificate-data/,
  ],
  [
    'a context that is not there',
    () => ({ ...user({}), context: 'prod' }),
    /context "prod" does not exist in \S+; there are: test/,
  ],
  ['no current context', () => ({ files: [two({}, {})] }), /sets no current-context; give --context NAME: one, two/],
  [
    'a cluster that is not there',
    () => ({ files: [kubeconfigOf(trusted(), {}, { cluster: 'x' })] }),
    /cluster of context "test" is "x", which is not in/,
  ],
  ['a user that is not there', () => user({}, { user: 'x' }), /user of context "test" is "x", which is not in/],
  [
    'a file that is no YAML',
    () => ({ files: [echo.file('broken', 'a: [b')] }),
    /kubeconfig \S+broken cannot be read: Flow sequence/,
  ],
  [
    'a file of another kind',
    () => ({ files: [{ kind: 'Pod', apiVersion: 'v1' }] }),
    /kind of the file is "Pod"; it must be Config/,
  ],
  [
    'a name that is there twice',
    () => ({
      files: [
        {
          ...kubeconfigOf(trusted()),
          users: [
            { name: 'test', user: {} },
            { name: 'test', user: {} },
          ],
        },
      ],
    }),
    /users of the file has two entries with the name "test"/,
  ],
  ['a number for a text', () => user({ token: 7 }), /token of user "test" must be a string/],
  [
    'a token and a password',
    () => user({ token: 'abc', username: 'ada' }),
    /username of user "test" is not allowed beside token/,
  ],
  [
    'a plugin and a provider',
    () => user({ ...plugin({}), 'auth-provider': { name: 'oidc' } }),
    /auth-provider of user "test" is not allowed beside exec/,
  ],
  [
    'groups of nobody',
    () => user({ token: 'abc', 'as-groups': ['dev'] }),
    /as of user "test" is missing beside as-uid, as-groups or as-user-extra/,
  ],
  [
    'a provider that was removed',
    () => user({ 'auth-provider': { name: 'gcp' } }),
    /is "gcp", which Kubernetes has removed; use the plugin gke-gcloud-auth-plugin/,
  ],
  [
    'a provider that nobody knows',
    () => user({ 'auth-provider': { name: 'x' } }),
    /name of auth-provider of user "test" is "x"; allowed is oidc/,
  ],
  [
    'a certificate without its key',
    () => user({ 'client-certificate-data': ada()['client-certificate-data'] }),
    /client-key of user "test" is missing beside client-certificate/,
  ],
  [
    'an authority whose file is not there',
    () => cluster({ 'certificate-authority-data': undefined, 'certificate-authority': '/nowhere/ca' }),
    /certificate-authority of cluster "test" cannot be read: ENOENT/,
  ],
  [
    'an authority and no check',
    () => cluster({ 'insecure-skip-tls-verify': true }),
    /insecure-skip-tls-verify of cluster "test" is true, which is not allowed beside/,
  ],
  [
    'a proxy with another scheme',
    () => cluster({ 'proxy-url': 'ftp://proxy.test' }),
    /proxy-url of cluster "test" must be a URL with http, https or socks5/,
  ],
  ['a server that is no URL', () => cluster({ server: 'https://[x' }), /server of cluster "test" must be a URL/],
  [
    'a plugin without a command',
    () => user(plugin({}, { command: undefined })),
    /command of exec of user "test" is missing/,
  ],
  [
    'a plugin of an old version',
    () => user(plugin({}, { apiVersion: 'client.authentication.k8s.io/v1alpha1' })),
    /apiVersion of exec of user "test" is "client.authentication.k8s.io\/v1alpha1"; allowed are/,
  ],
  [
    'a plugin of an unknown mode',
    () => user(plugin({}, { interactiveMode: 'Now' })),
    /interactiveMode of exec of user "test" is "Now"; allowed are Never/,
  ],
  [
    'a plugin that needs a terminal',
    () => user(plugin({ token: 'x' }, { interactiveMode: 'Always' })),
    /needs a terminal \(interactiveMode: Always\)/,
  ],
  [
    'a plugin that is not there',
    () => user(plugin({}, { command: 'nowhere-plugin', installHint: 'see the wiki' })),
    /the plugin nowhere-plugin of exec of user "test" is not there; install it: see the wiki/,
  ],
  ['a plugin that fails', () => user(plugin({}, { args: ['-e', 'process.exit(7)'] })), /ended with exit code 7/],
  [
    'a plugin whose credential expires at no time',
    () => user(plugin({ token: 'abc', expirationTimestamp: 'soon' })),
    /answered with expirationTimestamp "soon"/,
  ],
  [
    'a plugin that prints something else',
    () => user(plugin({}, { args: ['-e', 'console.log("Welcome!")'] })),
    /printed no ExecCredential, but 8 characters that are no JSON/,
  ],
  [
    'a plugin that answers in another version',
    () =>
      user(
        plugin(
          {},
          {
            args: [
              '-e',
              `console.log('{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"x"}}')`,
            ],
          },
        ),
      ),
    /answered with apiVersion client.authentication.k8s.io\/v1beta1; the kubeconfig asks for/,
  ],
  ['a plugin that answers nothing', () => user(plugin({})), /answered with neither a token nor a client certificate/],
  [
    'a server that is not there',
    () => cluster({ server: 'https://127.0.0.1:1' }),
    /the API server https:\/\/127.0.0.1:1 does not answer: the connection was refused; is it running, and is the context the right one\? \(context "test" of/,
  ],
  ['a server without TLS', () => ({ files: [kubeconfigOf({ server: echo.url.replace('https', 'http') })] }), /./],
  [
    'an authority that is another one',
    () => cluster({ 'certificate-authority-data': ada()['client-certificate-data'] }),
    /the certificate of the API server https:\/\/127.0.0.1:\d+ is signed by an authority that the kubeconfig does not name/,
  ],
  [
    'a name that is not in the certificate',
    () => cluster({ 'tls-server-name': 'other.test' }),
    /is for another name: does not match certificate's altnames/,
  ],
  ['a credential that is refused', () => user({ token: 'refused' }), /401/],
];

(missing ? describe.skip : describe)('a kubeconfig is read as kubectl reads it', () => {
  test.each(same)('%s', async (_, make) => {
    const { theirs, ours } = await read(make());
    expect(ours).toEqual(theirs);
    expect(theirs.error).toBeUndefined();
  });
  test.each(both)('and refused as by kubectl, in words: %s', async (_, make, words) => {
    const { theirs, ours } = await read(make());
    expect(ours.error).toMatch(words);
    expect(theirs.error).toMatch(/./);
  });
});
