import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { kubectl } from '../support/cluster.js';
import { gitIn } from '../support/git-server.js';
import { BRANCH, FEATURE } from '../support/world.js';
import { attempt, until } from './at-work.js';
import { command, type Ended, MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

const write = (path: string, content: string) => ({
  tool: 'write',
  arguments: { filePath: `{cwd}/${path}`, content },
});
const bash = (script: string) => ({ tool: 'bash', arguments: { command: script, description: 'a step of the test' } });

/** What a process in the container sees of its own confinement. */
const FACTS = [
  'id -u',
  'grep -E "^(NoNewPrivs|CapEff|Seccomp):" /proc/self/status',
  'touch /forbidden 2>&1',
  'ls -d /var/run/secrets /home/runner /etc/pod-info 2>&1',
  // The words in the brackets are the credentials' all the same: the model's answer may not have them.
  'env | grep -c -E "cluster-gi[t]-password|cluster-mode[l]-key"',
  'pwd',
].join('; ');

const rules = [
  {
    match: 'task T002',
    steps: [
      write('src/greet.js', 'export const greet = () => "hello";\n'),
      write(`${FEATURE}/tasks.md`, '- [X] T002\n'),
      write('.opencode/node_modules/x.js', '//\n'),
      bash(`(${FACTS}) > facts.txt`),
      { text: 'Wrote the greeting.' },
    ],
  },
  { match: 'task T003', steps: [write('README.md', '# greeter\n\nHow to greet.\n'), { text: 'Described it.' }] },
  { match: 'task ONE', steps: [write('one.txt', 'one\n'), { text: 'One.' }] },
  { match: 'task TWO', steps: [write('two.txt', 'two\n'), { text: 'Two.' }] },
  { match: 'task SLOW', steps: [write('half.txt', 'half of it\n'), bash('sleep 300'), { text: 'Slept.' }] },
];

let namespace: RunnerNamespace;
beforeAll(async () => {
  namespace = await startNamespace('agent-runner-test-run', rules);
}, MINUTES);
afterAll(() => namespace?.close());

describe('spawn-task --follow of an [ASYNC] task', () => {
  const branch = `${BRANCH}-t002`;
  let ended: Ended;
  beforeAll(async () => {
    ended = await namespace.spawn('T002', '--follow');
  }, MINUTES);
  const pod = () => namespace.get('pods', '-l', 'agentic-sdlc.io/task=t002').items[0];
  const facts = () => gitIn(namespace.repository.dir, 'show', `${branch}:facts.txt`);

  test('ends with delivered, the commit and exit code 0', async () => {
    const commit = await gitIn(namespace.repository.dir, 'rev-parse', branch);
    expect(ended.stdout).toContain('delivered: ');
    expect(ended.stdout).toContain(`commit ${commit} on branch ${branch}`);
    expect(ended.code).toBe(0);
  });
  test('streams what the agent did, without the result’s JSON', () => {
    expect(ended.stdout).toContain('opencode | [write] src/greet.js');
    expect(ended.stdout).not.toContain('{"outcome"');
  });
  test("leaves the agent's change on the branch and nothing else", async () => {
    const changed = await gitIn(namespace.repository.dir, 'diff', '--name-only', BRANCH, branch);
    expect(changed.split('\n')).toEqual(['facts.txt', 'src/greet.js']);
  });
  test('leaves the result in the termination message and as the last line of the log', () => {
    const { terminated } = pod().status.containerStatuses[0].state;
    expect(JSON.parse(terminated.message)).toMatchObject({ outcome: 'delivered', task: 'T002', branch });
    expect(kubectl(['-n', namespace.name, 'logs', pod().metadata.name]).trimEnd().split('\n').at(-1)).toBe(
      terminated.message,
    );
  });
  test('runs as an unprivileged user, without capabilities, privilege escalation or unfiltered system calls', async () => {
    const text = await facts();
    expect(text).toMatch(/^10001$/m);
    expect(text).toMatch(/^CapEff:\s+0+$/m);
    expect(text).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(text).toMatch(/^Seccomp:\s+2$/m);
  });
  test('runs on a read-only root', async () => {
    expect(await facts()).toMatch(/touch: .*Read-only file system/);
  });
  test('runs without a ServiceAccount token, a mounted credential or one in the environment', async () => {
    const lines = (await facts()).split('\n');
    for (const folder of ['/var/run/secrets', '/home/runner', '/etc/pod-info']) {
      expect(lines).toContainEqual(expect.stringMatching(`${folder}.*No such file`));
    }
    expect(lines).toContain('0');
  });
  test('runs in the worktree of its task', async () => {
    expect(await facts()).toMatch(/^\/workspace\/repository\/\.agentic-sdlc\/worktrees\/001-greeting-t002$/m);
  });
  test('records who spawned it, by the name that the API server knows them by', () => {
    const user = JSON.parse(kubectl(['auth', 'whoami', '-o', 'json'])).status.userInfo.username;
    expect(pod().metadata.annotations['agentic-sdlc.io/created-by']).toBe(user);
  });
  test('is not repeated: a second spawn says that it was delivered and creates nothing', async () => {
    const again = await namespace.spawn('T002', '--json');
    expect(JSON.parse(again.stdout)).toEqual({
      task: 'T002',
      pod: pod().metadata.name,
      namespace: namespace.name,
      branch,
      created: false,
    });
    expect(namespace.get('pods', '-l', 'agentic-sdlc.io/task=t002').items).toHaveLength(1);
  });
  test(
    'is not repeated either when the pod is gone: the remote remembers',
    async () => {
      const commit = await gitIn(namespace.repository.dir, 'rev-parse', branch);
      kubectl(['-n', namespace.name, 'delete', 'pod', pod().metadata.name]);
      const again = await namespace.spawn('T002', '--follow');
      expect(again.code).toBe(0);
      expect(again.stdout).toContain('delivered before');
      expect(await gitIn(namespace.repository.dir, 'rev-parse', branch)).toBe(commit);
    },
    MINUTES,
  );
  test(
    'can be read again later, by task or by the pod without its hex',
    async () => {
      for (const name of ['T002', 'agent-t002']) {
        const { stdout, code } = await command('tail-logs', [name, '-n', namespace.name]);
        expect(stdout).toContain('delivered: ');
        expect(code).toBe(0);
      }
    },
    MINUTES,
  );
});

test(
  'two tasks of one feature at once do not meet: each has its branch, with its own change alone',
  async () => {
    const both = await Promise.all(
      ['ONE', 'TWO'].map((task) => namespace.spawn(task, '--prompt', `Do what task ${task} says.`, '--follow')),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    for (const name of ['one', 'two']) {
      const result = both
        .map(({ stdout }) => /commit (\w+) on branch (\S+)/.exec(stdout))
        .find((found) => found?.[2]?.includes(name));
      const changed = await gitIn(namespace.repository.dir, 'diff', '--name-only', BRANCH, result?.[1] ?? '');
      expect(changed).toBe(`${name}.txt`);
    }
  },
  MINUTES,
);

describe('a run that is not delivered', () => {
  test(
    'ends with its outcome’s exit code, and the next spawn is the next attempt',
    async () => {
      const first = await namespace.spawn('T099', '--base', BRANCH, '--follow');
      expect(first.code).toBe(OUTCOMES['bad-config'].exitCode);
      expect(first.stdout).toContain('T099 is not in specs/001-greeting/tasks.md');
      const second = await namespace.spawn('T099', '--json');
      expect(JSON.parse(second.stdout)).toMatchObject({ created: true, pod: expect.stringMatching(/-2$/) });
    },
    MINUTES,
  );
  test(
    'is not started twice while it lives, and its work is saved when it is deleted',
    async () => {
      const prompt = ['--prompt', 'Do what task SLOW says.'];
      const first = JSON.parse((await namespace.spawn('SLOW', ...prompt, '--json')).stdout);
      const second = JSON.parse((await namespace.spawn('SLOW', ...prompt, '--json')).stdout);
      expect(second).toEqual({ ...first, created: false });
      kubectl(['-n', namespace.name, 'wait', '--for=condition=Ready', `pod/${first.pod}`, '--timeout=60s']);
      const following = command('tail-logs', [first.pod, '-n', namespace.name]);
      const log = () => kubectl(['-n', namespace.name, 'logs', first.pod]);
      while (!log().includes('[write] half.txt')) await new Promise((resolve) => setTimeout(resolve, 200));
      kubectl(['-n', namespace.name, 'delete', 'pod', first.pod]);
      const { stdout, stderr } = await following;
      expect(stdout + stderr).toMatch(/interrupted|was deleted/);
      expect(await gitIn(namespace.repository.dir, 'show', `${first.branch}:half.txt`)).toBe('half of it');
      expect(await gitIn(namespace.repository.dir, 'log', '-1', '--format=%B', first.branch)).toContain(
        'Agent-Outcome: interrupted',
      );
    },
    MINUTES,
  );
  test(
    'saves its work when Kubernetes ends it at its deadline',
    async () => {
      const prompt = ['--prompt', 'Do what task SLOW says.'];
      const { pod, branch } = JSON.parse((await namespace.spawn('LATE', ...prompt, '--json')).stdout);
      const log = () => kubectl(['-n', namespace.name, 'logs', pod]);
      kubectl(['-n', namespace.name, 'wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60s']);
      while (!log().includes('[write] half.txt')) await new Promise((resolve) => setTimeout(resolve, 200));
      const deadline = JSON.stringify({ spec: { activeDeadlineSeconds: 1 } });
      // With the policy on, an earlier deadline is a cancel.
      kubectl(['delete', 'validatingadmissionpolicybinding', `${namespace.name}-change`]);
      const patch = ['-n', namespace.name, 'patch', 'pod', pod, '--type=merge', '-p', deadline];
      await until(() => attempt(() => kubectl(patch)));
      const ended = await command('tail-logs', [pod, '-n', namespace.name]);
      expect(ended.stdout).toMatch(/interrupted: .*what it had done is commit [0-9a-f]{12} on /);
      expect(await gitIn(namespace.repository.dir, 'show', `${branch}:half.txt`)).toBe('half of it');
      expect(ended.code).toBe(OUTCOMES.interrupted.exitCode);
    },
    MINUTES,
  );
});

test(
  'the images also run as a user id that they do not know',
  async () => {
    const manifest = JSON.parse((await namespace.spawn('T003', '--dry-run=server', '-o', 'json')).stdout);
    manifest.metadata.name = 'agent-t003-any-user';
    const anyone = { runAsUser: 1234567, runAsGroup: 1234567 };
    Object.assign(manifest.spec.securityContext, anyone, { fsGroup: 1234567 });
    for (const { securityContext } of [...manifest.spec.containers, ...manifest.spec.initContainers])
      Object.assign(securityContext, anyone);
    // Where a cluster gives out user ids of its own, the policy that says which one it is must be off.
    kubectl(['delete', 'validatingadmissionpolicybinding', `${namespace.name}-spawn`]);
    await until(() => attempt(() => kubectl(['create', '-f', '-'], JSON.stringify(manifest))));
    const phase = 'jsonpath={.status.phase}=Succeeded';
    kubectl(['-n', namespace.name, 'wait', `--for=${phase}`, 'pod/agent-t003-any-user', '--timeout=120s']);
    expect(await gitIn(namespace.repository.dir, 'show', `${BRANCH}-t003:README.md`)).toContain('How to greet.');
  },
  MINUTES,
);
