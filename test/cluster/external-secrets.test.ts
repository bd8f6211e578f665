import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { AgentCredentials, type GitCredential } from '../../src/constructs/agent-credentials.js';
import { SECRET_KEYS } from '../../src/run/metadata.js';
import { apply, fakeStore, kubectl, ownAddress } from '../support/cluster.js';
import { MINUTES, startNamespace } from './namespace.js';

const NAMESPACE = 'agent-runner-test-secrets';
const token = { source: 'externalSecret', name: 'git', type: 'token', property: 'git-token' } as const;
const ssh = { source: 'externalSecret', name: 'deploy-key', type: 'ssh', property: 'ssh-key' } as const;

/** The ExternalSecrets of the construct, read anew every second. */
function credentials(git: readonly GitCredential[], store = NAMESPACE): object[] {
  const chart = new Chart(new App(), 'test', { namespace: NAMESPACE, disableResourceNameHashes: true });
  new AgentCredentials(chart, 'Credentials', {
    git,
    model: { source: 'externalSecret', name: 'model', property: 'model-key' },
    store: { name: store, kind: 'ClusterSecretStore' },
    key: 'agentic-sdlc',
    refreshInterval: '1s',
  });
  return chart.toJson();
}

const get = (...args: string[]) => JSON.parse(kubectl(['-n', NAMESPACE, 'get', ...args, '-o', 'json']));

/** A Secret with its data read; nothing as long as it is not there. */
function secret(name: string): { type: string; data: Record<string, string> } | undefined {
  const [found] = get('secret', `--field-selector=metadata.name=${name}`).items;
  if (!found) return undefined;
  const entries = Object.entries(found.data as Record<string, string>);
  return {
    type: found.type,
    data: Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])),
  };
}

async function until<T>(what: () => T | undefined): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = what();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(kubectl(['-n', NAMESPACE, 'describe', 'externalsecret']));
    await sleep(300);
  }
}

beforeAll(() => {
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    fakeStore(NAMESPACE, { 'git-token': 'token-1', 'ssh-key': 'PRIVATE KEY\n\n', 'model-key': 'key-1' }),
  ]);
}, MINUTES);
afterAll(() => {
  kubectl(['delete', 'clustersecretstore', NAMESPACE, '--ignore-not-found']);
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
});

describe('External Secrets makes the Secrets that a run mounts', () => {
  beforeAll(() => {
    apply(credentials([token, ssh]));
  });

  test('for a token: as Git over HTTPS takes it', async () => {
    expect(await until(() => secret('git'))).toEqual({
      type: 'kubernetes.io/basic-auth',
      data: { [SECRET_KEYS.username]: 'x-access-token', [SECRET_KEYS.password]: 'token-1' },
    });
  });
  test('for an SSH key: with one line break at its end', async () => {
    expect(await until(() => secret('deploy-key'))).toEqual({
      type: 'kubernetes.io/ssh-auth',
      data: { [SECRET_KEYS.sshKey]: 'PRIVATE KEY\n' },
    });
  });
  test('for the model', async () => {
    expect(await until(() => secret('model'))).toEqual({ type: 'Opaque', data: { [SECRET_KEYS.modelKey]: 'key-1' } });
  });
  test('and makes them anew when the store has changed', async () => {
    apply([fakeStore(NAMESPACE, { 'git-token': 'token-2', 'ssh-key': 'PRIVATE KEY', 'model-key': 'key-1' })]);
    await until(() => (secret('git')?.data[SECRET_KEYS.password] === 'token-2' ? true : undefined));
  });
  test('and leaves the ExternalSecret as it was rendered', () => {
    for (const rendered of credentials([token, ssh]) as { metadata: { name: string }; spec: object }[]) {
      const { spec } = get('externalsecret', rendered.metadata.name);
      // An empty map that the controller adds, which Argo CD does not count.
      delete spec.target.template.metadata;
      expect(spec).toEqual(rendered.spec);
    }
  });
});

describe('a token of a GitHub App', () => {
  const asked: { url: string; body: unknown }[] = [];
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        asked.push({ url: request.url ?? '', body: JSON.parse(body) });
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ token: `installation-token-${asked.length}`, expires_at: '2099-01-01T00:00:00Z' }),
        );
      });
    });
    await new Promise<void>((listening) => server.listen(0, ownAddress(), listening));
    const address = server.address();
    url = `http://${ownAddress()}:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => {
    kubectl(['-n', NAMESPACE, 'delete', 'externalsecret', 'app', '--ignore-not-found']);
    server.close();
  });

  test(
    'is asked for with the rights and repositories of the environment alone, and becomes the Secret of a token',
    async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
      const app: GitCredential = {
        source: 'github-app',
        name: 'app',
        appID: '1234',
        installID: '5678',
        privateKey: { name: 'github-app', key: 'pem' },
        repositories: ['shop'],
        url,
      };
      const key = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'github-app', namespace: NAMESPACE } };
      apply([{ ...key, stringData: { pem } }, ...credentials([app])]);
      const made = await until(() => secret('app'));
      expect(made.type).toBe('kubernetes.io/basic-auth');
      expect(made.data[SECRET_KEYS.username]).toBe('x-access-token');
      expect(made.data[SECRET_KEYS.password]).toMatch(/^installation-token-\d+$/);
      expect(asked[0]).toEqual({
        url: '/app/installations/5678/access_tokens',
        body: { repositories: ['shop'], permissions: { contents: 'write', pull_requests: 'write' } },
      });
      await until(() =>
        secret('app')?.data[SECRET_KEYS.password] === made.data[SECRET_KEYS.password] ? undefined : true,
      );
    },
    MINUTES,
  );
});

test('while the store is not there, the ExternalSecret says so and its events say why', async () => {
  apply(credentials([{ ...token, name: 'waiting' }], 'no-such-store'));
  const [condition] = await until(() => get('externalsecret', 'waiting').status?.conditions);
  expect(condition).toMatchObject({ type: 'Ready', status: 'False', reason: 'SecretSyncedError' });
  const events = await until(() => {
    const { items } = get('events', '--field-selector=involvedObject.name=waiting');
    return items.length > 0 ? items : undefined;
  });
  expect(events[0].message).toContain('"no-such-store" not found');
  expect(secret('waiting')).toBeUndefined();
});

test(
  'a run is delivered with the Secrets that External Secrets made',
  async () => {
    const steps = [
      { tool: 'write', arguments: { filePath: '{cwd}/greeting.txt', content: 'hello\n' } },
      { text: 'Wrote the greeting.' },
    ];
    const namespace = await startNamespace('agent-runner-test-store', [{ match: 'task T002', steps }], 'store');
    try {
      const { code, stdout } = await namespace.spawn('T002', '--follow');
      expect(stdout).toContain('delivered: ');
      expect(code).toBe(0);
    } finally {
      await namespace.close();
    }
  },
  MINUTES,
);
