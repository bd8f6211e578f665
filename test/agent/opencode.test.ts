import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { noProgress } from '../../src/agent/events.js';
import { Log } from '../../src/agent/log.js';
import { machine } from '../../src/agent/machine.js';
import { runOpenCode } from '../../src/agent/opencode.js';
import { Stop } from '../../src/agent/stop.js';
import { commandOf } from './processes.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-opencode-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script in OpenCode's place, which ends well, and returns what it has written; descriptor 3 is for its events. */
async function seenBy(script: string, allowRepositoryConfig = false, onLog = () => {}): Promise<string> {
  const program = join(folder, 'opencode');
  const worktree = join(folder, 'worktree');
  mkdirSync(worktree);
  const end = JSON.stringify({ type: 'step_finish', part: { reason: 'stop' } });
  writeFileSync(program, `#!/bin/sh\nexec 3>&1\n(${script}) > ${folder}/seen\necho '${end}'\n`);
  chmodSync(program, 0o755);
  const place = machine(join(folder, 'pod'), program);
  const settings = { stallSeconds: 60, allowRepositoryConfig };
  const log = new Log('text', onLog);
  await runOpenCode(place, '{"own":1}', worktree, 'the prompt', log, new Stop(Date.now()), settings, noProgress());
  return readFileSync(join(folder, 'seen'), 'utf8').trim();
}
const variables = (lines: string) =>
  Object.fromEntries(lines.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/.*?=/, '')]));

describe('OpenCode', () => {
  test('gets an environment of its own, with nothing of the program’s', async () => {
    process.env.OF_OURS = 'x';
    // What a shell adds by itself.
    const { _, SHLVL, OLDPWD, ...env } = variables(await seenBy('env'));
    expect(env).toEqual({
      PATH: process.env.PATH,
      HOME: join(folder, 'pod/home/agent'),
      TMPDIR: join(folder, 'pod/tmp'),
      LANG: 'C.UTF-8',
      PWD: join(folder, 'worktree'),
      OPENCODE_CONFIG_CONTENT: '{"own":1}',
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      AGENT_RUNNER_MARK: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
  test('takes the repository’s configuration where the environment allows it', async () => {
    expect(variables(await seenBy('env', true))).not.toHaveProperty('OPENCODE_DISABLE_PROJECT_CONFIG');
  });
  test('is told what to do on its input, not on its command line, which is for everybody to see', async () => {
    expect(await seenBy('tr "\\0" " " < /proc/$$/cmdline')).not.toContain('the prompt');
    rmSync(join(folder, 'worktree'), { recursive: true });
    expect(await seenBy('cat')).toBe('the prompt');
  });
  test('cannot install into its configuration folder', async () => {
    expect(await seenBy('stat -c %a $HOME/.config/opencode')).toBe('555');
  });
  test('leaves no process behind, whatever session it is in', async () => {
    const pid = await seenBy('setsid sleep 600 > /dev/null 2>&1 & echo $!');
    expect(pid).toMatch(/^\d+$/);
    expect(commandOf(pid)).toBe('');
  });
});

/** It mounts a file system. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;

describe('a workspace that was full for a while', () => {
  const workspace = () => join(folder, 'pod/workspace');
  const ballast = () => join(workspace(), 'of-the-agent');
  const call = JSON.stringify({ type: 'tool_use', part: { tool: 'write', state: { input: { filePath: 'a.txt' } } } });

  asRoot(
    'ends the run although there is room again at its end, since a file may have a part of its content',
    async () => {
      mkdirSync(workspace(), { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', workspace()]);
      try {
        const script = `cat /dev/zero > ${ballast()}; echo '${call}' >&3; while [ -e ${ballast()} ]; do sleep 0.05; done`;
        const ended = seenBy(script, false, () => rmSync(ballast(), { force: true }));
        await expect(ended).rejects.toMatchObject({
          outcome: 'agent-failed',
          message: 'the workspace was full after [write] a.txt: raise pod.workspaceSize',
        });
      } finally {
        execFileSync('umount', [workspace()]);
      }
    },
  );
});
