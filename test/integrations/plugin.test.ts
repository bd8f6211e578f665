import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

interface Tool {
  readonly args: object;
  execute(args: object, context: object): Promise<{ title: string; output: string; metadata: { exit: unknown } }>;
}
interface Hooks {
  config(config: object): Promise<void>;
  readonly tool: Readonly<Record<string, Tool>>;
}

let folder: string;
let plugin: (input: object) => Promise<Hooks>;
const PART = { id: 'prt_1', callID: 'call_1', state: { status: 'running', input: { feature: 'x' } } };
let clients = 0;
/** The client of OpenCode that a plugin gets, and the titles that are set by it. */
function clientOf(isKnown: boolean) {
  const titles: string[] = [];
  clients += 1;
  const number = clients;
  const session = {
    message: async () => {
      if (!isKnown) throw new Error('another API');
      return { data: { parts: [{ callID: 'other' }, PART] } };
    },
  };
  const patch = async ({ url, body }: { url: string; body: { state: { title: string } } }) => {
    expect(url).toBe('/session/ses_1/message/msg_1/part/prt_1');
    expect(body).toMatchObject(PART);
    titles.push(body.state.title);
    writeFileSync(join(folder, `shown-${number}-${titles.length}`), '');
  };
  return { titles, client: { session, _client: { patch } } };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-plugin-'));
  process.env.AGENT_RUNNER = join(folder, 'agent-runner');
  const { AgentRunner } = await import('../../integrations/opencode/plugins/agent-runner.js');
  plugin = AgentRunner as never;
});
afterAll(() => {
  delete process.env.AGENT_RUNNER;
  rmSync(folder, { recursive: true, force: true });
});
/** Calls a tool, in whose place of agent-runner a script runs. */
async function call(
  script: string,
  tool: string,
  args: object,
  { abort = new AbortController(), isKnown = true } = {},
) {
  writeFileSync(join(folder, 'agent-runner'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const { titles, client } = clientOf(isKnown);
  const { tool: tools } = await plugin({ client, directory: folder });
  const context = { sessionID: 'ses_1', messageID: 'msg_1', callID: 'call_1', abort: abort.signal };
  return { titles, ...(await (tools[tool] as Tool).execute(args, context)) };
}

describe('a tool of the plugin', () => {
  test.each([
    ['agent_runner_implement', { feature: 'specs/001-login' }, 'implement specs/001-login'],
    [
      'agent_runner_run',
      { task: 'T003', branch: '001-login', repository: 'https://git.test/o/n' },
      'spawn-task T003 001-login https://git.test/o/n --follow',
    ],
    ['agent_runner_describe', { task: 'T003' }, 'describe T003'],
  ])('%s runs its command without a shell', async (tool, args, line) => {
    const { output } = await call('echo "$*"', tool, args);
    expect(output).toBe(`${line}\n[exit code 0]`);
  });
  test.each(['--kubeconfig=/x', '-n', 'a\nb', ''])(
    'takes no word like "%s", which is a flag or more than a word',
    async (word) => {
      await expect(call('echo', 'agent_runner_describe', { task: word })).rejects.toThrow('is no name');
    },
  );
  test('passes on what a shell would take apart', async () => {
    const { output } = await call('printf "%s|" "$@"', 'agent_runner_describe', { task: '$(touch x); `id`' });
    expect(output).toContain('describe|$(touch x); `id`|');
  });
  test('returns the end of what the command says on both outputs, and its exit code', async () => {
    const script = 'i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i+1)); done; echo last >&2; exit 4';
    const { output, title, metadata } = await call(script, 'agent_runner_implement', { feature: 'f' });
    expect(output).toMatch(/last\n|line 2999 of many\n/);
    expect(output.endsWith('[exit code 4]')).toBe(true);
    expect(output.length).toBeLessThan(20_100);
    expect([title, metadata.exit]).toEqual(['exit code 4', 4]);
  });
  test('says so where the command is not installed', async () => {
    rmSync(join(folder, 'agent-runner'), { force: true });
    const { tool } = await plugin({ ...clientOf(true), directory: folder });
    const { output } = await (tool.agent_runner_describe as Tool).execute({ task: 'T001' }, {});
    expect(output).toMatch(/agent-runner: spawn \S+ ENOENT\n\[exit code 127\]$/);
  });
  test('takes no empty word for another one', async () => {
    const args = { task: 'T1', branch: 'b', repository: '', feature: 'specs/x' };
    await expect(call('echo', 'agent_runner_run', args)).rejects.toThrow('is no name');
    const { output } = await call('echo "$*"', 'agent_runner_run', { ...args, repository: 'r', feature: '' });
    expect(output).toBe('spawn-task T1 b r --follow\n[exit code 0]');
  });
  test('keeps little of a line that does not end', async () => {
    const { output } = await call('head -c 5000000 /dev/zero | tr "\\0" x', 'agent_runner_describe', { task: 'T1' });
    expect(output.length).toBeLessThan(20_100);
    expect(output).toMatch(/^x+/);
  });
  test('lets go of a command of a session that was interrupted before', async () => {
    const abort = new AbortController();
    abort.abort();
    const { output } = await call('exec sleep 100', 'agent_runner_implement', { feature: 'f' }, { abort });
    expect(output).toBe('[exit code SIGINT]');
  });
  test('lets go of the command when the session is interrupted', async () => {
    const abort = new AbortController();
    const ended = call(
      'trap "echo detached; exit 130" INT; while :; do sleep 0.02; done',
      'agent_runner_implement',
      { feature: 'f' },
      { abort },
    );
    setTimeout(() => abort.abort(), 300);
    expect((await ended).output).toBe('detached\n[exit code 130]');
  });
});

describe('the line in the main session', () => {
  /** Waits until the next call has shown so many titles. */
  const until = (count: number) => `until [ -e '${folder}/shown-${clients + 1}-${count}' ]; do sleep 0.02; done`;
  /** Says each line when the one before it was shown. */
  const inTurn = (...lines: string[]) =>
    lines.map((line, index) => `printf '%b\\n' '${line}'; ${until(index + 1)}`).join('\n');
  test('shows what is said first, and then the newest line of each task', async () => {
    const script = inTurn(
      'agent-runner implement: 2 tasks',
      'T003   | waits: no node',
      'T002   | clone',
      'T003   | push',
    );
    const { titles } = await call(script, 'agent_runner_implement', { feature: 'f' });
    expect(titles).toEqual([
      'agent-runner implement: 2 tasks',
      'T003 waits: no node',
      'T002 clone\n  T003 waits: no node',
      'T002 clone\n  T003 push',
    ]);
  });
  test('is short, and has no character that moves the cursor', async () => {
    const hostile = `T001   | \\033]0;title\\007\\033[2J\\r\\342\\200\\256${'x'.repeat(5000)}`;
    const { titles } = await call(inTurn(hostile), 'agent_runner_implement', { feature: 'f' });
    expect(titles).toHaveLength(1);
    expect(titles[0]?.length).toBeLessThanOrEqual(110);
    expect(titles[0]).toMatch(/^T001 [\x20-\x7e]+$/);
  });
  test('has at most twelve tasks', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `echo 'T${index + 100} | works'`).join('\n');
    const { titles } = await call(`${lines}\n${until(2)}`, 'agent_runner_implement', { feature: 'f' });
    expect(titles.at(-1)?.split('\n')).toHaveLength(12);
  });
  test('is missed where OpenCode has another API, and nothing else is', async () => {
    const args = { feature: 'f' };
    const { output, titles } = await call("echo 'T001 | works'", 'agent_runner_implement', args, { isKnown: false });
    expect([output, titles]).toEqual(['T001 | works\n[exit code 0]', []]);
  });
});

test.each([
  [{}, { 'agent_runner_*': 'deny' }],
  [{ permission: 'ask' }, { '*': 'ask', 'agent_runner_*': 'deny' }],
  [{ permission: { edit: 'deny' } }, { edit: 'deny', 'agent_runner_*': 'deny' }],
])('other agents are not offered the tools where the configuration is %j', async (config, permission) => {
  const given = structuredClone(config);
  await (await plugin({ ...clientOf(true), directory: folder })).config(given);
  expect(given).toEqual({ permission });
});
