import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LABELS } from '../../src/run/metadata.js';
import { slug } from '../../src/run/names.js';
import { kubectl } from '../support/cluster.js';
import { gitIn } from '../support/git-server.js';
import { BRANCH } from '../support/world.js';
import { bash, PATIENCE } from './at-work.js';
import { command, type Ended, type RunnerNamespace, startNamespace } from './namespace.js';

const SECRETS = ['cluster-git-password', 'cluster-model-key'];

/** All that the shell can read is gathered, and written to whatever may lead out of the pod; what it found is counted. */
const TAKE = `
exec 2>/tmp/errors
find -L /var/run/secrets /etc/agent-runner /etc/podinfo /home /opt /workspace -type f -size -64k 2>/dev/null |
  while read -r file; do cat "$file"; base64 -w0 "$file"; echo; done > /tmp/all
env >> /tmp/all; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >> /tmp/all
cat /proc/[0-9]*/mem >> /tmp/all 2>/dev/null
cat $(find -L /var/run/secrets -type f) > /tmp/both
for out in /proc/[0-9]*/fd/[12] /dev/console /dev/tty /dev/kmsg /dev/termination-log; do
  # What can be looked at is the shell's own, and leads nowhere.
  readlink "$out" > /dev/null || timeout 2 sh -c 'cat /tmp/both > "$0"' "$out" > /dev/null 2>&1
done
for secret in $(cat /var/run/secrets/agent-runner/git/password) $(cat /var/run/secrets/agent-runner/model/api-key); do
  grep -c -- "$secret" /tmp/all
done > found.txt
logger "$(cat /tmp/both)"; wall "$(cat /tmp/both)"; cat /tmp/both
git commit -q --allow-empty -m "$(cat /tmp/both)"
true`;

const split = (secret: string) => `${secret.slice(0, 9)}\n${secret.slice(9)}`;
const base64 = (secret: string) => Buffer.from(secret).toString('base64');
const rules = [
  {
    match: 'task TAKE says',
    steps: [
      bash(TAKE),
      { text: SECRETS.flatMap((one) => [`It is ${one}.`, base64(one), `ab${base64(one)}`, split(one)]).join('\n') },
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
  test('has read both credentials: else its silence would prove nothing', async () => {
    const counts = (await onBranch('found.txt')).split('\n').map(Number);
    expect(counts).toHaveLength(SECRETS.length);
    for (const count of counts) expect(count).toBeGreaterThan(0);
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
