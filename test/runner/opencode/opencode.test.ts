import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { launchOpenCode } from '../../../src/runner/opencode/launch.js';
import { runOpenCode } from '../../../src/runner/opencode/opencode.js';
import { Transcript } from '../../../src/runner/opencode/transcript.js';
import { Log } from '../../../src/runner/process/log.js';
import { machine } from '../../../src/runner/process/machine.js';
import { Stop } from '../../../src/runner/process/stop.js';
import { type FakeOpenCode, SESSION, startFakeOpenCode } from './fake-opencode.js';

/** For the slowest machine. */
const PATIENCE = 60_000;

let folder: string;
let stop: Stop;
let server: FakeOpenCode | undefined;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-opencode-'));
  for (const name of ['workspace', 'control']) mkdirSync(join(folder, name));
  stop = new Stop(Date.now());
  log = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const config = {
  small_model: 'x/m',
  provider: { x: { npm: 'an-sdk', models: { m: { limit: { context: 9 } } }, options: { a: 1 } } },
};
const resources = {
  requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
  limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' },
};

const launch = (settings: { allowRepositoryConfig?: boolean } = {}) => {
  const model = { url: 'http://127.0.0.1:1/v1', key: 'of-this-run', names: ['m', 'small'] };
  return launchOpenCode(machine(folder), config, model, { allowRepositoryConfig: false, ...settings });
};

/** Runs OpenCode with nobody in the agent's container: a test answers in its place. */
function run(settings: { stallSeconds?: number } = {}, problem = () => '') {
  const task = { title: 'T001', prompt: 'the prompt', worktree: '/work' };
  const watched = {
    log: new Log('text', (line) => void log.push(line)),
    stop,
    settings: { stallSeconds: 60, resources, ...settings },
    transcript: new Transcript('/work'),
    modelProblem: problem,
  };
  const ended = launch().then((address) => runOpenCode(machine(folder), address, task, watched));
  ended.catch(() => {});
  return ended;
}

async function until(what: () => unknown): Promise<void> {
  for (const end = Date.now() + PATIENCE; !what() && Date.now() < end; ) await sleep(20);
  expect(what()).toBeTruthy();
}

/** What the agent's container is told, as its shell reads it. */
async function told(): Promise<Record<string, string>> {
  await until(() => existsSync(join(folder, 'control/start')));
  const script = `. ${folder}/control/start; env -0`;
  const lines = execFileSync('sh', ['-c', script], { env: { PATH: process.env.PATH }, encoding: 'utf8' }).split('\0');
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/s, ''), line.replace(/.*?=/s, '')]));
}
const status = (text: string) => writeFileSync(join(folder, 'workspace/agent-status'), `${text}\n`);

describe('OpenCode is started with', () => {
  test('an environment of its own, with nothing of the program’s', async () => {
    process.env.OF_OURS = 'x';
    await launch();
    // What a shell adds by itself.
    const { PATH, PWD, _, SHLVL, OLDPWD, '': none, ...env } = await told();
    expect(env).toEqual({
      HOME: join(folder, 'home/agent'),
      TMPDIR: join(folder, 'tmp'),
      LANG: 'C.UTF-8',
      OPENCODE_CONFIG_CONTENT: expect.any(String),
      OPENCODE_SERVER_PASSWORD: expect.stringMatching(/^[\w-]{32}$/),
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      AGENT_RUNNER_PORT: expect.stringMatching(/^\d+$/),
      AGENT_RUNNER_MARK: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
  test('the door in the place of the model’s API, and the models that an SDK of the user’s has', async () => {
    await launch();
    expect(JSON.parse((await told()).OPENCODE_CONFIG_CONTENT ?? '')).toEqual({
      small_model: 'x/m',
      provider: {
        x: {
          npm: 'an-sdk',
          models: { m: { limit: { context: 9 } }, small: {} },
          options: { a: 1, baseURL: 'http://127.0.0.1:1/v1', apiKey: 'of-this-run' },
        },
      },
    });
  });
  test('the repository’s configuration where the environment allows it', async () => {
    await launch({ allowRepositoryConfig: true });
    expect(await told()).not.toHaveProperty('OPENCODE_DISABLE_PROJECT_CONFIG');
  });
});

describe('a run ends, and tells the agent’s container so, when', () => {
  test.each([
    ['1 1 137 0 ended', 'agent-failed', 'OpenCode was killed, as it is for want of memory: it may use 2Gi'],
    ['1 1 3 0 ended', 'agent-failed', 'OpenCode ended by itself with code 3'],
    ['1 1 127 0 ended', 'bad-config', 'there is no opencode on the PATH of the agent’s image'],
    ['2 0 0 0 runs', 'agent-failed', 'the agent’s container was killed, as it is for want of memory: it may use 2Gi'],
  ])('that says %s', async (text, outcome, message) => {
    const ended = run();
    await told();
    status(text);
    await expect(ended).rejects.toMatchObject({ outcome, message: expect.stringContaining(message) });
    expect(existsSync(join(folder, 'control/stop'))).toBe(true);
  });
  test('nothing happens for too long', async () => {
    const ended = run({ stallSeconds: 1 });
    await expect(ended).rejects.toMatchObject({ outcome: 'stalled' });
  });
  test('the model does not answer for as long, in the model’s words', async () => {
    const ended = run({ stallSeconds: 1 }, () => 'HTTP 429: monthly quota');
    const message = 'the model does not answer: HTTP 429: monthly quota';
    await expect(ended).rejects.toMatchObject({ outcome: 'agent-failed', message });
  });
});

/** It mounts a file system. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot(
  'a workspace that was full for a while ends the run, since a file may have a part of its content',
  async () => {
    const workspace = join(folder, 'workspace');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', workspace]);
    try {
      const ended = run();
      server = await startFakeOpenCode(Number((await told()).AGENT_RUNNER_PORT));
      const fake = server;
      await until(() => fake.asked.some(({ path }) => path.endsWith('/prompt_async')));
      writeFileSync(join(workspace, 'large'), Buffer.alloc(1024 * 1024));
      const state = { status: 'completed', input: { filePath: '/work/a.txt' } };
      fake.tell('message.part.updated', { part: { id: 'p', sessionID: SESSION, type: 'tool', tool: 'write', state } });
      await until(() => log.join('').includes('[write] a.txt'));
      rmSync(join(workspace, 'large'));
      const text = { id: 'q', sessionID: SESSION, type: 'text', text: 'Done.', time: { end: 1 } };
      fake.state.messages = [{ info: { role: 'assistant', finish: 'stop', time: { completed: 1 } }, parts: [text] }];
      await expect(ended).rejects.toMatchObject({
        outcome: 'agent-failed',
        message: 'the workspace was full after [write] a.txt: raise pod.workspaceSize',
      });
      expect(readFileSync(join(folder, 'control/stop'), 'utf8')).toBe('');
    } finally {
      execFileSync('umount', [workspace]);
    }
  },
  PATIENCE,
);
