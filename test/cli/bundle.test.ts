import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { agentRunner } from '../../src/cli/agent-runner.js';
import { COMMANDS } from '../../src/cli/commands.js';
import { kubeconfigOf } from '../cluster-client/api-server.js';
import { startEcho } from '../cluster-client/connect/echo-server.js';
import { missingForCertificates } from '../support/certificates.js';
import { runIn } from './terminal.js';

const at = (path: string) => fileURLToPath(new URL(`../../lib/bundle/${path}`, import.meta.url));

// Loading is most of a command's time: what one command needs more than the others gets a bundle of its own. What a start
// takes beside `helm template` is in bench/RESULTS.md.

test('the bundle of the commands stays small', () => {
  expect(statSync(at('cli.cjs')).size).toBeLessThan(640_000);
});
test('the bundle of the commands has what renders a pod and reads its settings, and no schema, chart or model of an API', () => {
  const { inputs } = JSON.parse(readFileSync(at('cli.json'), 'utf8')) as { inputs: string[] };
  const packages = inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const client = ['@kubernetes/client-node', 'hpagent', 'ip-address', 'smart-buffer', 'socks'];
  const login = ['jose', 'oauth4webapi', 'openid-client'];
  const expected = ['cdk8s', 'constructs', 'get-east-asian-width', 'string-width', 'yaml', ...client, ...login].sort();
  expect([...new Set(packages)].sort()).toEqual(expected);
  const own = inputs.flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []);
  expect([...new Set(own)].sort()).toEqual(['charts', 'cli', 'cluster', 'constructs', 'run', 'tasks']);
});
test.each(['', ...Object.keys(COMMANDS)])(
  'the help of "agent-runner %s" is printed from a file, as the command itself would print it',
  async (name) => {
    const args = [...(name ? [name] : []), '--help'];
    const { out } = await runIn(agentRunner, args, { cwd: '.' });
    expect(JSON.parse(readFileSync(at('help.json'), 'utf8'))[name]).toBe(out);
    expect(execFileSync(process.execPath, [at('../../bin/agent-runner.cjs'), ...args], { encoding: 'utf8' })).toBe(
      `${out}\n`,
    );
  },
);
test.each(['spawn-task T001 main https://git.test/o/r --prompt x', 'ps', 'tail-logs run', 'cancel run', 'prune'])(
  '"agent-runner %s" says in one line that no cluster answers, and ends with 3',
  (line) => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-runner-dead-'));
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf({ server: 'https://127.0.0.1:1' })));
    const args = [at('../../bin/agent-runner.cjs'), ...line.split(' '), '-n', 'x', '--kubeconfig', kubeconfig];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
    rmSync(folder, { recursive: true });
    expect(stderr).toMatch(
      /^[a-z -]+: the API server https:\/\/127\.0\.0\.1:1 does not answer: the connection was refused.*\n$/,
    );
    expect(status).toBe(3);
  },
);
(missingForCertificates ? test.skip : test)(
  'a command verifies the certificate of the server, whatever NODE_TLS_REJECT_UNAUTHORIZED is',
  async () => {
    const echo = await startEcho();
    const kubeconfig = echo.file('config', kubeconfigOf({ server: echo.url }));
    const args = [at('../../bin/agent-runner.cjs'), 'ps', '-n', 'x', '--kubeconfig', kubeconfig];
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const said = await new Promise((done) =>
      execFile(process.execPath, args, { env }, (_, _stdout, stderr) => done(stderr)),
    );
    await echo.close();
    expect(said).toContain('is signed by an authority that the kubeconfig does not name');
  },
);
test('the program in the pod has the client of OpenCode, and no other package', () => {
  const text = readFileSync(at('runner.mjs'), 'utf8');
  const packages = [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name);
  expect([...new Set(packages)]).toEqual(['@opencode-ai/sdk']);
});
