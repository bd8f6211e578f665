import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AGENT_ENTRY } from '../../../src/run/agent-entry.js';
import { agentStatus, beginAgent, endAgent } from '../../../src/runner/opencode/agent-side.js';
import { machine } from '../../../src/runner/process/machine.js';

/** Shells that are on this machine; an image may have any. */
const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program = '']) => {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
});
/** A container has processes of its own, of which the script is the first. */
const ALONE = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** For the slowest machine; each wait ends as soon as what it waits for is there. */
const PATIENCE = 60_000;

let root: string;
let children: ChildProcess[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agent-runner-entry-'));
  for (const folder of ['bin', 'workspace/w', 'control', 'etc']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/agent.sh'), AGENT_ENTRY);
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGKILL');
      await ended;
    }
  }
  rmSync(root, { recursive: true, force: true });
});

/** Puts a script in the place of OpenCode. */
function opencode(script: string): void {
  writeFileSync(join(root, 'bin/opencode'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin/opencode'), 0o755);
}

function start(shell: readonly string[], alone = true): ChildProcess {
  const [program = '', ...args] = [...(alone ? ALONE : []), ...shell, join(root, 'etc/agent.sh')];
  const env = { PATH: `${join(root, 'bin')}:${process.env.PATH}`, AGENT_RUNNER_ROOT: root, OF_THE_IMAGE: 'kept' };
  const child = spawn(program, args, { env, stdio: 'ignore' });
  children.push(child);
  return child;
}

const place = () => machine(root);
const begin = (more: Readonly<Record<string, string>> = {}) =>
  beginAgent(place(), {
    HOME: join(root, 'home/agent'),
    TMPDIR: join(root, 'tmp'),
    AGENT_RUNNER_PORT: '4567',
    AGENT_RUNNER_MARK: 'a-mark',
    ...more,
  });
async function until(what: () => unknown): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!what() && Date.now() < end) await sleep(50);
  expect(what()).toBeTruthy();
}
const said = (file: string) => readFileSync(join(root, file), 'utf8').trim();
const isThere = (file: string) => existsSync(join(root, file)) && said(file) !== '';

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('in %s, the agent’s container', (_, shell) => {
  test(
    'waits for the runner, and starts OpenCode with what it is told and what its image says',
    async () => {
      opencode(`echo "$*" > ${root}/args; pwd > ${root}/pwd; env > ${root}/env; exec sleep 1000`);
      start(shell);
      await until(() => agentStatus(place())?.does === 'waits');
      expect(existsSync(join(root, 'args'))).toBe(false);
      begin({ ODD: 'it\'s $HOME `x` \\ "y"\nand more' });
      await until(() => isThere('env'));
      expect(said('args')).toBe('serve --hostname 127.0.0.1 --port 4567');
      expect(said('pwd')).toBe(join(root, 'home/agent'));
      expect(said('env')).toContain('OF_THE_IMAGE=kept');
      expect(said('env')).toContain('ODD=it\'s $HOME `x` \\ "y"\nand more');
      expect(said('env')).toContain('AGENT_RUNNER_MARK=a-mark');
      await until(() => agentStatus(place())?.does === 'runs');
      expect(agentStatus(place())).toMatchObject({ begins: 1, ends: 0 });
    },
    PATIENCE,
  );
  test(
    'starts OpenCode again when it ends, and says so',
    async () => {
      opencode(`echo x >> ${root}/starts; [ -e ${root}/second ] && exec sleep 1000; touch ${root}/second; exit 7`);
      start(shell);
      begin();
      await until(() => isThere('starts') && said('starts') === 'x\nx');
      expect(agentStatus(place())).toMatchObject({ begins: 1, ends: 1, code: 7 });
    },
    PATIENCE,
  );
  test(
    'says that there is no OpenCode',
    async () => {
      rmSync(join(root, 'bin'), { recursive: true });
      start(shell);
      begin();
      await until(() => agentStatus(place())?.ends);
      expect(agentStatus(place())?.code).toBe(127);
    },
    PATIENCE,
  );
  test(
    'ends all that runs there when the runner says so, whatever session it is in, and stays',
    async () => {
      const lives = `while :; do date +%s%N > ${root}/lives; sleep 0.05; done`;
      opencode(`env -i PATH=$PATH setsid sh -c '${lives}' & exec sleep 1000`);
      const child = start(shell);
      begin();
      await until(() => isThere('lives'));
      await endAgent(place());
      expect(agentStatus(place())?.does).toBe('stopped');
      const last = said('lives');
      await sleep(300);
      expect(said('lives')).toBe(last);
      expect(child.exitCode).toBeNull();
    },
    PATIENCE,
  );
  test(
    'ends when Kubernetes asks it to, and its next beginning is no surprise',
    async () => {
      opencode('exec sleep 1000');
      const child = start(shell, false);
      begin();
      await until(() => agentStatus(place())?.does === 'runs');
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      start(shell, false);
      await until(() => agentStatus(place())?.does === 'runs');
      expect(agentStatus(place())?.begins).toBe(1);
    },
    PATIENCE,
  );
  test(
    'counts its beginnings when it was killed',
    async () => {
      opencode('exec sleep 1000');
      const first = start(shell);
      begin();
      await until(() => agentStatus(place())?.does === 'runs');
      first.kill('SIGKILL');
      start(shell);
      await until(() => agentStatus(place())?.begins === 2);
    },
    PATIENCE,
  );
  test(
    'tells what its processes have used, which a sleeping one does not',
    async () => {
      opencode(`[ -e ${root}/idle ] && exec sleep 1000; while :; do :; done`);
      start(shell);
      begin();
      await until(() => (agentStatus(place())?.ticks ?? 0) > 50);
    },
    PATIENCE,
  );
  test(
    'is told of the end before it has begun, and starts nothing',
    async () => {
      opencode(`touch ${root}/started`);
      await endAgent(place());
      start(shell);
      await until(() => agentStatus(place())?.does === 'stopped');
      expect(existsSync(join(root, 'started'))).toBe(false);
    },
    PATIENCE,
  );
});

describe('what the container says', () => {
  const status = (text: string) => {
    writeFileSync(join(root, 'workspace/agent-status'), text);
    return agentStatus(place());
  };
  test('is read where it is as the script writes it', () => {
    expect(status('2 1 137 4567 runs\n')).toEqual({ begins: 2, ends: 1, code: 137, ticks: 4567, does: 'runs' });
  });
  test.each([
    '',
    'x',
    '1 0 0 0 runs',
    '1 0 0 0 dances\n',
    '-1 0 0 0 runs\n',
    `${'9'.repeat(50)} 0 0 0 runs\n`,
    '1 0 0 0 runs\nmore\n',
  ])('is nothing where the agent has written %j', (text) => expect(status(text)).toBeUndefined());
  test('is nothing where the agent has put a pipe or a link in its place, and holds nobody', () => {
    execFileSync('mkfifo', [join(root, 'workspace/agent-status')]);
    expect(agentStatus(place())).toBeUndefined();
    rmSync(join(root, 'workspace/agent-status'));
    writeFileSync(join(root, 'elsewhere'), '1 0 0 0 runs\n');
    execFileSync('ln', ['-s', join(root, 'elsewhere'), join(root, 'workspace/agent-status')]);
    expect(agentStatus(place())).toBeUndefined();
  });
});
