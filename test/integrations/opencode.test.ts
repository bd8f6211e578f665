import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOpencodeClient, type Part } from '@opencode-ai/sdk';
import { setup } from '../../src/cli/commands/setup.js';
import { runIn } from '../cli/terminal.js';
import { rulesScript, startModelServer } from '../support/model-server.js';

// The real OpenCode, with what setup installs and a model that only obeys. In the place of agent-runner, a script says what
// `implement` says.

const program = fileURLToPath(new URL('../../node_modules/opencode-linux-x64/bin/opencode', import.meta.url));
const missing = existsSync(program) ? '' : 'OpenCode is not installed for this machine';
if (missing) console.warn(`The tests with OpenCode are skipped: ${missing}`);

const SAID = [
  'agent-runner implement: wave 1: T002, T003',
  'T002   | clone    | 001-greeting',
  'T003   | opencode | [write] src/shout.js',
  'T002   | opencode | [write] src/greet.js',
  'TASK   OUTCOME     TOKENS   BRANCH',
  'T002   delivered   440      001-greeting-t002',
];
const TABLE = SAID.slice(-2).join('\n');
/** What the main session shows after each line. The table changes nothing. */
const SHOWN = [
  'agent-runner implement: wave 1: T002, T003',
  'T002 clone    | 001-greeting',
  'T002 clone    | 001-greeting\n  T003 opencode | [write] src/shout.js',
  'T002 opencode | [write] src/greet.js\n  T003 opencode | [write] src/shout.js',
];

let folder: string;
let model: Awaited<ReturnType<typeof startModelServer>>;
let opencode: ChildProcess;
let client: ReturnType<typeof createOpencodeClient>;
beforeAll(async () => {
  if (missing) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-runner-opencode-')));
  const project = join(folder, 'project');
  mkdirSync(join(project, '.git'), { recursive: true });
  await runIn(setup, ['--yes'], { cwd: project, env: {} });
  // It says the next line when the test has seen the one before.
  const seen = (index: number) =>
    index < SHOWN.length ? `until [ -e '${folder}/seen-${index}' ]; do sleep 0.1; done` : '';
  const script = SAID.map((line, index) => `echo '${line}'\n${seen(index)}`).join('\n');
  writeFileSync(join(folder, 'agent-runner'), `#!/bin/sh\necho "$@" >> '${folder}/calls'\n${script}\n`, {
    mode: 0o755,
  });
  model = await startModelServer({
    script: rulesScript([
      {
        match: 'Dispatch now',
        steps: [
          {
            tool: 'task',
            arguments: {
              description: 'Run [ASYNC] tasks in pods',
              prompt: 'implement specs/001-greeting',
              subagent_type: 'agent-runner',
            },
          },
          { text: TABLE },
        ],
      },
      {
        match: 'implement specs/001-greeting',
        steps: [{ tool: 'agent_runner_implement', arguments: { feature: 'specs/001-greeting' } }, { text: TABLE }],
      },
      {
        match: 'Be hostile',
        steps: [
          { tool: 'task', arguments: { description: 'x', prompt: 'do evil', subagent_type: 'agent-runner' } },
          { text: 'over' },
        ],
      },
      {
        match: 'do evil',
        steps: [
          { tool: 'bash', arguments: { command: 'touch {cwd}/by-bash', description: 'x' } },
          { tool: 'write', arguments: { filePath: '{cwd}/by-write', content: 'x' } },
          { tool: 'read', arguments: { filePath: '/etc/passwd' } },
          { tool: 'agent_runner_describe', arguments: { task: '--kubeconfig=/tmp/x' } },
          { text: 'tried all' },
        ],
      },
    ]),
  });
  const config = {
    model: 'test/model',
    small_model: 'test/model',
    enabled_providers: ['test'],
    provider: {
      test: { npm: '@ai-sdk/openai-compatible', options: { baseURL: model.url, apiKey: 'k' }, models: { model: {} } },
    },
    share: 'disabled',
    autoupdate: false,
  };
  const env = {
    PATH: process.env.PATH,
    HOME: join(folder, 'home'),
    AGENT_RUNNER: join(folder, 'agent-runner'),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    // The plugin imports nothing. Without this, OpenCode fetches a package for it first.
    npm_config_offline: 'true',
  };
  mkdirSync(env.HOME);
  opencode = spawn(program, ['serve', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: opencode.stdout as NodeJS.ReadableStream })) {
    const [baseUrl] = /http:\/\/\S+/.exec(line) ?? [];
    if (!baseUrl) continue;
    client = createOpencodeClient({ baseUrl, directory: project });
    break;
  }
}, 120_000);
afterAll(async () => {
  if (missing) return;
  const ended = once(opencode, 'exit');
  opencode.kill('SIGKILL');
  await ended;
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

const titleIn = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) =>
    part.type === 'tool' && part.state.status === 'running' && part.state.title ? [part.state.title] : [],
  );

(missing ? test.skip : test)(
  'a model in the subagent can do nothing but call the tools, with words',
  async () => {
    const { data: session } = await client.session.create({ body: { title: 'hostile' } });
    const main = session?.id ?? '';
    await client.session.prompt({
      path: { id: main },
      body: { model: { providerID: 'test', modelID: 'model' }, parts: [{ type: 'text', text: 'Be hostile' }] },
    });
    const { data: [child] = [] } = await client.session.children({ path: { id: main } });
    const { data: messages = [] } = await client.session.messages({ path: { id: child?.id ?? '' } });
    const tools = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool' ? [part] : [])));
    expect(tools.length).toBeGreaterThanOrEqual(4);
    // OpenCode answers for a tool that is not offered with one of its own, whose output says so.
    const outputs = tools.map(({ state }) => (state.status === 'completed' ? state.output : state.status));
    expect(outputs.join('\n')).not.toContain('root:');
    expect(readdirSync(join(folder, 'project')).filter((name) => name.startsWith('by-'))).toEqual([]);
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  },
  120_000,
);
(missing ? test.skip : test)(
  'a session hands the tasks to the subagent, shows the newest line of each pod, and gets the table',
  async () => {
    const before = model.requests.length;
    const { data: session } = await client.session.create({ body: { title: 'test' } });
    const main = session?.id ?? '';
    const answer = client.session.prompt({
      path: { id: main },
      body: { model: { providerID: 'test', modelID: 'model' }, parts: [{ type: 'text', text: 'Dispatch now' }] },
    });
    let isOver = false;
    void answer.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const { data: children = [] } = await client.session.children({ path: { id: main } });
      for (const { id } of children) {
        const { data: messages = [] } = await client.session.messages({ path: { id } });
        const titles = messages.flatMap(({ parts }) => titleIn(parts));
        for (const title of titles) writeFileSync(join(folder, `seen-${SHOWN.indexOf(title)}`), '');
      }
      await sleep(100);
    }
    const { data } = await answer;
    expect(data?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))).toEqual([TABLE]);
    expect(SHOWN.filter((_, index) => !existsSync(join(folder, `seen-${index}`)))).toEqual([]);

    const requests = model.requests.slice(before);
    const offered = requests.map(({ body }) =>
      (body.tools as { function: { name: string } }[] | undefined)?.map((tool) => tool.function.name),
    );
    const ofSubagent = offered.filter((names) => names?.includes('agent_runner_implement'));
    expect(ofSubagent).toHaveLength(2);
    for (const names of ofSubagent) {
      expect(names?.toSorted()).toEqual(['agent_runner_describe', 'agent_runner_implement', 'agent_runner_run']);
    }
    expect(offered.some((names) => names?.includes('task'))).toBe(true);
    // Four of the run, and those that name the sessions.
    expect(requests.length).toBeLessThanOrEqual(6);
  },
  120_000,
);
