import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LABELS } from '../../src/run/metadata.js';
import { slug } from '../../src/run/names.js';
import { kubectl } from '../support/cluster.js';
import { gitIn } from '../support/git-server.js';
import { BRANCH } from '../support/world.js';
import { bash, PATIENCE } from './at-work.js';
import { command, type Ended, type RunnerNamespace, startNamespace } from './namespace.js';

const SECRETS = ['cluster-git-password', 'cluster-model-key'];

/** So that nothing on the way to the agent takes them for what they are. */
const turned = (text: string) =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));
const GIVEN = `for secret in ${SECRETS.map(turned).join(' ')}; do echo "$secret" | tr a-z n-za-m; done`;

/** What the doors and OpenCode answer, whatever they are asked. */
const ASK = `
const { OPENCODE_CONFIG_CONTENT: config, OPENCODE_SERVER_PASSWORD: password, AGENT_RUNNER_PORT: port } = process.env;
const [{ options }] = Object.values(JSON.parse(config).provider);
const ask = async (url, init) => fetch(url, init).then(async (a) => console.log(a.status, [...a.headers], await a.text()), console.log);
const own = { authorization: 'Basic ' + btoa('opencode:' + password) };
for (const path of ['config', 'config/providers', 'provider']) await ask('http://127.0.0.1:' + port + '/' + path, { headers: own });
const model = (body, headers = {}) => ({ method: 'POST', body, headers: { authorization: 'Bearer ' + options.apiKey, 'content-type': 'application/json', ...headers } });
for (const body of ['{}', 'x', '{"model":"other"}', '{"model":"model","messages":[]}']) await ask(options.baseURL + '/chat/completions', model(body));
await ask(options.baseURL + '/chat/completions', model('{"model":"model"}', { authorization: 'Bearer x' }));
for (const path of ['/models', '/files', '/../x']) await ask(options.baseURL + path, { headers: { authorization: 'Bearer ' + options.apiKey } });
const origin = process.argv[2];
for (const path of ['', '/info/refs', '/info/refs?service=git-upload-pack', '/info/refs?service=git-receive-pack', '/HEAD']) await ask(origin + path);
`;

/**
 * All that the agent can read is gathered, and what it finds of the credentials is counted. Then it does as if somebody had
 * given it the credentials: it writes them to whatever may lead out of the pod.
 */
const TAKE = `
exec 2>/tmp/errors
find -L /var/run /etc /home /opt /control /workspace /run /srv /tmp -type f -size -64k ! -name all 2>/dev/null |
  while read -r file; do cat "$file"; base64 -w0 "$file"; echo; done > /home/agent/all
env >> /home/agent/all; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >> /home/agent/all
for process in /proc/[0-9]*; do timeout 5 sh -c 'strings -n 8 < "$0/mem" || cat "$0/mem"' $process >> /home/agent/all; done
node /home/agent/ask.mjs "$(git config remote.origin.url)" >> /home/agent/all 2>&1
for ref in HEAD:refs/heads/001-greeting-t003 HEAD:refs/agent-runner/wip/001-greeting-t003; do git push origin "$ref"; done >> /home/agent/all 2>&1
git fetch origin >> /home/agent/all 2>&1
grep -c OPENCODE_SERVER_PASSWORD /home/agent/all > gathered.txt
${GIVEN} > /tmp/both
for secret in $(cat /tmp/both); do grep -ac -- "$secret" /home/agent/all; done > found.txt
{ ls /proc | grep -c '^[0-9]'; grep -lsa '[r]unner.mjs' /proc/[0-9]*/cmdline | wc -l; } > seen.txt
for file in /control/start /control/stop /control/repository.git/config /control/x; do { echo x >> $file; } 2>&1; done > written.txt
for out in /proc/[0-9]*/fd/[12] /dev/console /dev/tty /dev/kmsg /dev/termination-log; do
  # What can be looked at is the shell's own, and leads nowhere.
  readlink "$out" > /dev/null || timeout 2 sh -c 'cat /tmp/both > "$0"' "$out" > /dev/null 2>&1
done
logger "$(cat /tmp/both)"; wall "$(cat /tmp/both)"; cat /tmp/both
git commit -q --allow-empty -m "$(cat /tmp/both)"
true`;

const split = (secret: string) => `${secret.slice(0, 9)}\n${secret.slice(9)}`;
const base64 = (secret: string) => Buffer.from(secret).toString('base64');
const rules = [
  {
    match: 'task TAKE says',
    steps: [
      { tool: 'write', arguments: { filePath: '/home/agent/ask.mjs', content: ASK } },
      bash(TAKE),
      // The model's key would not get through the door.
      {
        text: [SECRETS[0] ?? '']
          .flatMap((one) => [`It is ${one}.`, base64(one), `ab${base64(one)}`, split(one)])
          .join('\n'),
      },
    ],
  },
];

let namespace: RunnerNamespace;
let ended: Ended;
let pod: string;
beforeAll(async () => {
  namespace = await startNamespace('agent-runner-test-leaks', rules);
  ended = await namespace.spawn('TAKE', '--prompt', 'Do what task TAKE says.', '--follow');
  const [run] = namespace.get('pods', '-l', `${LABELS.task}=${slug('TAKE')}`).items;
  if (!run) throw new Error(`no run: ${ended.stderr}`);
  pod = run.metadata.name;
}, PATIENCE);
afterAll(() => namespace?.close());

const onBranch = (path: string) => gitIn(namespace.repository.dir, 'show', `${BRANCH}-${slug('TAKE')}:${path}`);

describe('a run whose agent gives away all that it can read', () => {
  test('finds neither credential: in no file, variable, process, memory or answer that it can have', async () => {
    expect(Number(await onBranch('gathered.txt'))).toBeGreaterThan(0);
    expect((await onBranch('found.txt')).split('\n')).toEqual(SECRETS.map(() => '0'));
  });
  test('sees no process but its own, and writes nothing that the runner reads as its own', async () => {
    const [processes, programs] = (await onBranch('seen.txt')).split('\n').map(Number);
    expect(processes).toBeLessThan(20);
    expect(programs).toBe(0);
    const refused = (await onBranch('written.txt')).split('\n');
    expect(refused).toHaveLength(4);
    for (const line of refused) expect(line).toContain('Read-only file system');
  });
  test('pushes nothing, neither in the name of another task nor as its checkpoint', async () => {
    const refs = await gitIn(namespace.repository.dir, 'for-each-ref', '--format=%(refname)');
    expect(refs).not.toContain('001-greeting-t003');
  });

  test('gets no credential into any log, result, event or commit', async () => {
    const places = {
      terminal: ended.stdout + ended.stderr,
      log: kubectl(['-n', namespace.name, 'logs', pod]),
      pod: kubectl(['-n', namespace.name, 'get', 'pod', pod, '-o', 'json']),
      events: kubectl(['-n', namespace.name, 'get', 'events', '-o', 'json']),
      described: (await command('agent-runner', ['describe', 'TAKE', '-n', namespace.name])).stdout,
      pushed: await gitIn(namespace.repository.dir, 'cat-file', '--batch-all-objects', '--batch'),
    };
    for (const [place, text] of Object.entries(places)) {
      const unfolded = text.replaceAll(/\n(\S+ +\| )?/g, '');
      for (const form of SECRETS.flatMap((one) => [one, base64(one), encodeURIComponent(one)])) {
        expect([place, form, text.includes(form)]).toEqual([place, form, false]);
        expect([place, form, unfolded.includes(form)]).toEqual([place, form, false]);
      }
    }
  });

  test('still ends with the program’s own result, whatever was written over it', async () => {
    expect(ended.stdout).toMatch(/^delivered: /m);
    expect(ended.code).toBe(0);
    const [{ state }] = namespace.get('pods', pod).status.containerStatuses;
    expect(JSON.parse(state.terminated.message)).toMatchObject({ outcome: 'delivered', task: 'TAKE' });
  });
});
