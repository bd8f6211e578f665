import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { integrationFindings } from '../../src/cli/commands/setup/changes.js';
import { setup } from '../../src/cli/commands/setup.js';
import { VERSION } from '../../src/version.js';
import { missingPython, pythonProgram } from '../../tools/python.js';
import { runIn } from './terminal.js';

/** Releases of spec-kit that setup works with: the newest one, and an older one. */
const KITS = ['1.2.3', '1.0.1'];
const missing = missingPython();
if (missing) console.warn(`The tests with spec-kit are skipped: ${missing}`);

const integrations = fileURLToPath(new URL('../../integrations', import.meta.url));
const OPENCODE = ['agents/agent-runner.md', 'commands/agent-runner.md', 'plugins/agent-runner.js'].map(
  (path) => `.opencode/${path}`,
);

let folder: string;
let project: string;
let count = 0;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-runner-setup-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  project = join(folder, `project-${++count}`);
  mkdirSync(join(project, '.git'), { recursive: true });
});

const NOWHERE = { PATH: '/nowhere' };
const run = (args: readonly string[], env: Readonly<Record<string, string>> = NOWHERE) =>
  runIn(setup, args, { cwd: project, env });
function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}
const read = (path: string): string => readFileSync(join(project, path), 'utf8');
/** Every file below the project with its text. Links count as what they lead to. */
const everything = (): Record<string, string> =>
  Object.fromEntries(
    (readdirSync(project, { recursive: true }) as string[])
      .filter((path) => !path.startsWith('.git/') && existsSync(join(project, path)))
      .flatMap((path) => {
        try {
          return [[path, read(path)]];
        } catch {
          return [];
        }
      }),
  );

describe.each(missing ? [] : KITS)('setup in a project of spec-kit %s', (version) => {
  let env: Record<string, string>;
  beforeAll(() => {
    const program = pythonProgram('specify', `specify-cli==${version}`);
    env = { ...(process.env as Record<string, string>), PATH: `${dirname(program)}${delimiter}${process.env.PATH}` };
  });
  const init = () => {
    const args = ['init', '--here', '--force', '--integration', 'opencode', '--ignore-agent-tools'];
    const { status, stdout } = spawnSync('specify', args, { cwd: project, env, stdio: 'pipe', encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
  };

  test('installs everything, finds nothing to do the second time, and takes it away again', async () => {
    init();
    const before = everything();
    expect(await run(['--yes'], env)).toMatchObject({ code: 0, out: expect.stringContaining('done; to share it') });
    for (const path of OPENCODE) expect(existsSync(join(project, path))).toBe(true);
    const implement = read('.opencode/commands/speckit.implement.md');
    expect(implement).toContain('## Tasks that are not yours (agent-runner)');
    expect(implement).not.toMatch(/\{CORE_TEMPLATE\}|\{SCRIPT\}/);
    expect(implement.length).toBeGreaterThan((before['.opencode/commands/speckit.implement.md'] ?? '').length);
    expect(read('.opencode/commands/speckit.tasks.md')).toContain('every task carries exactly one mode');
    expect(read('.opencode/commands/speckit.agent-runner.dispatch.md')).toContain('# Dispatch [ASYNC] tasks');
    expect(read('.specify/extensions.yml')).toMatch(/before_implement:\n.*\n.*speckit.agent-runner.dispatch/);

    const installed = everything();
    expect(await run(['--yes'], env)).toEqual({ code: 0, out: 'nothing to do', err: '' });
    expect(everything()).toEqual(installed);

    expect((await run(['--uninstall', '--yes'], env)).code).toBe(0);
    const left = Object.keys(everything()).filter((path) => /agent-runner/.test(path) && !/\.backup/.test(path));
    expect(left).toEqual([]);
    expect(read('.opencode/commands/speckit.implement.md')).not.toContain('agent-runner');
    expect(await run(['--uninstall', '--yes'], env)).toEqual({ code: 0, out: 'nothing to do', err: '' });
  });
  test('replaces an older version of its extension and preset', async () => {
    init();
    await run(['--yes'], env);
    const copies = ['extensions/agent-runner/commands/dispatch.md', 'presets/agent-runner/commands/speckit.tasks.md'];
    for (const path of copies) write(`.specify/${path}`, '---\ndescription: "old"\n---\n\nold\n');
    expect((await run(['--yes'], env)).code).toBe(0);
    for (const path of copies) expect(read(`.specify/${path}`)).not.toContain('old');
    expect((await run(['--dry-run'], env)).out).toBe('nothing to do');
  });
  test('names what the command of spec-kit says when it fails', async () => {
    init();
    write('.specify/extensions/.registry', '{"extensions": 7}');
    chmodSync(join(project, '.specify/extensions/.registry'), 0o000);
    rmSync(join(project, '.specify/init-options.json'), { force: true });
    write('.specify/extensions/agent-runner', 'a file in its place');
    const { code, err } = await run(['--yes'], env);
    expect([code, err]).toEqual([2, expect.stringMatching(/specify extension add --dev \S+ --force ended with 1: \S/)]);
    // The files of OpenCode come first.
    expect(existsSync(join(project, OPENCODE[0] ?? ''))).toBe(true);
  });
});

describe('setup', () => {
  test('shows everything and changes nothing with --dry-run', async () => {
    const { code, out } = await run(['--dry-run']);
    expect([code, everything()]).toEqual([1, {}]);
    expect(out.split('\n')).toEqual([
      ...['agents/agent-runner.md', 'plugins/agent-runner.js', 'commands/agent-runner.md'].map(
        (path) => `write .opencode/${path}`,
      ),
      'spec-kit is not here: specify init --here --integration opencode, then start setup again',
    ]);
  });
  test('changes nothing where nobody can answer', async () => {
    const { code, err } = await run([]);
    expect([code, everything()]).toEqual([2, {}]);
    expect(err).toContain('there is nobody to ask: give --yes, or --dry-run to look first; nothing was changed');
  });
  test.each([
    ['yes', 3],
    ['', 0],
    ['no', 0],
  ])('asks, and the answer "%s" makes %i files', async (answer, files) => {
    const asked: string[] = [];
    await runIn(
      (args, terminal) =>
        setup(args, {
          ...terminal,
          ask: async (question) => {
            asked.push(question);
            return answer;
          },
        }),
      [],
      { cwd: project, env: NOWHERE },
    );
    expect(asked).toEqual(['Do these 3 things? (yes/no) ']);
    expect(Object.keys(everything()).filter((path) => path.includes('agent-runner.'))).toHaveLength(files);
  });
  test('says the commands where spec-kit’s own is not here', async () => {
    mkdirSync(join(project, '.specify'));
    const { code, out } = await run(['--yes']);
    expect([code, existsSync(join(project, OPENCODE[0] ?? ''))]).toEqual([1, true]);
    expect(out).toContain(`run: specify extension add --dev ${integrations}/spec-kit/extension --force`);
    expect(out).toContain(`run: specify preset add --dev ${integrations}/spec-kit/preset`);
  });
  test('wraps the fork’s own command, and mends a fork without its preset first', async () => {
    write('.opencode/commands/spec.implement.md', '# implement');
    mkdirSync(join(project, '.specify'));
    const { out } = await run(['--dry-run']);
    expect(out.split('\n').slice(-2)).toEqual([
      expect.stringMatching(/run: specify preset add agentic-sdlc$/),
      expect.stringMatching(/run: specify preset add --dev \S+\/preset-adlc$/),
    ]);
  });
  test('never changes a file of the user’s, and does the rest', async () => {
    const [own = '', ...others] = OPENCODE;
    write(own, 'mine');
    const { code, out } = await run(['--yes']);
    expect([code, read(own)]).toEqual([1, 'mine']);
    expect(out).toContain(`kept ${own}: it is yours; move it away, and start setup again`);
    for (const path of others) expect(existsSync(join(project, path))).toBe(true);
    await run(['--yes', '--force']);
    await run(['--uninstall', '--yes', '--force']);
    expect(everything()).toEqual({ [own]: 'mine' });
  });
  test('keeps its own file where the user has changed it, unless --force is given', async () => {
    const [own = ''] = OPENCODE;
    await run(['--yes']);
    const before = read(own);
    write(own, `${before}more\n`);
    expect((await run(['--yes'])).out).toContain(`kept ${own}: you have changed it; --force replaces it`);
    expect((await run(['--uninstall', '--yes'])).out).toContain(`kept ${own}: you have changed it; --force removes it`);
    expect(read(own)).toBe(`${before}more\n`);
    expect((await run(['--yes', '--force'])).out).toContain(`update ${own}`);
    expect(read(own)).toBe(before);
  });
  test('knows its own files with the ends of lines of another system', async () => {
    await run(['--yes']);
    for (const path of OPENCODE) write(path, read(path).replaceAll('\n', '\r\n'));
    expect((await run(['--dry-run'])).out).not.toMatch(/write|update|kept/);
    await run(['--uninstall', '--yes']);
    expect(OPENCODE.filter((path) => existsSync(join(project, path)))).toEqual([]);
  });
  test('leaves no empty folder, and every folder with a file of yours', async () => {
    write('.opencode/commands/mine.md', 'mine');
    await run(['--yes']);
    await run(['--uninstall', '--yes']);
    expect(readdirSync(join(project, '.opencode'))).toEqual(['commands']);
    rmSync(join(project, '.opencode'), { recursive: true });
    await run(['--yes']);
    await run(['--uninstall', '--yes']);
    expect(existsSync(join(project, '.opencode'))).toBe(false);
  });
  test('replaces its own file of another version', async () => {
    const [own = ''] = OPENCODE;
    await run(['--yes']);
    const before = read(own);
    // What an older version has written: its own text, and the mark of that.
    await run(['--yes', '--no-plugin']);
    expect(read(own)).not.toBe(before);
    expect((await run(['--yes'])).out).toContain(`update ${own}`);
    expect(read(own)).toBe(before);
  });
  test('takes the plugin away with --no-plugin, and gives the subagent a list of commands', async () => {
    await run(['--yes']);
    const { out } = await run(['--yes', '--no-plugin']);
    expect(out).toContain('remove .opencode/plugins/agent-runner.js');
    expect(read(OPENCODE[0] ?? '')).toContain('"agent-runner implement *": allow');
  });
  test.each(['.opencode', '.opencode/agents', '.opencode/agents/agent-runner.md'])(
    'writes nothing through the link %s, which a branch could lead out of the project',
    async (path) => {
      const outside = join(folder, `outside-${count}`);
      mkdirSync(join(outside, 'agents'), { recursive: true });
      mkdirSync(dirname(join(project, path)), { recursive: true });
      symlinkSync(path.endsWith('.md') ? join(outside, 'agent-runner.md') : outside, join(project, path));
      const { code, out } = await run(['--yes']);
      expect([code, out]).toEqual([1, expect.stringContaining(`${path} is a link, so nothing is changed behind it`)]);
      expect(readdirSync(outside, { recursive: true })).toEqual(['agents']);
    },
  );
  test('runs no specify of a folder that is not named in full, which may be the project’s', async () => {
    mkdirSync(join(project, '.specify'));
    const ran = join(folder, `ran-${count}`);
    writeFileSync(join(project, 'specify'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    const before = process.cwd();
    process.chdir(project);
    const { out } = await run(['--yes'], { PATH: '.::bin' });
    process.chdir(before);
    expect([out, existsSync(ran)]).toEqual([expect.stringContaining('spec-kit’s'.replace('’', "'")), false]);
  });
  test.each(['.specify', '.specify/extensions', '.specify/extensions.yml'])(
    'has spec-kit change nothing behind the link %s',
    async (path) => {
      const outside = join(folder, `kit-${count}`);
      mkdirSync(outside);
      mkdirSync(join(project, '.specify'));
      if (path === '.specify') rmSync(join(project, path), { recursive: true });
      symlinkSync(outside, join(project, path));
      const { code, out } = await run(['--dry-run'], { PATH: process.env.PATH ?? '' });
      expect([code, out]).toEqual([1, expect.stringContaining(`kept .specify: ${path} is a link`)]);
      expect(out).not.toContain('specify extension');
    },
  );
  test('does not take files for installed that spec-kit does not know', async () => {
    for (const kind of ['extension', 'preset']) {
      cpSync(join(integrations, 'spec-kit', kind), join(project, `.specify/${kind}s/agent-runner`), {
        recursive: true,
      });
    }
    expect((await run(['--dry-run'])).out).toContain('specify extension add --dev');
  });
  test('is for the nearest folder of spec-kit in the repository', async () => {
    mkdirSync(join(project, 'part/.specify'), { recursive: true });
    mkdirSync(join(project, 'part/src'));
    await runIn(setup, ['--yes'], { cwd: join(project, 'part/src'), env: NOWHERE });
    expect(existsSync(join(project, 'part', OPENCODE[0] ?? ''))).toBe(true);
    expect(existsSync(join(project, '.opencode'))).toBe(false);
  });
  test('overwrites nothing that is written while the user is asked', async () => {
    const [own = ''] = OPENCODE;
    const ask = async () => {
      write(own, 'mine');
      return 'yes';
    };
    const { code, err } = await runIn((args, terminal) => setup(args, { ...terminal, ask }), [], {
      cwd: project,
      env: NOWHERE,
    });
    expect([code, err, read(own)]).toEqual([2, expect.stringContaining(`${own} has changed meanwhile`), 'mine']);
  });
  test('puts the scripts of the original where older kits look for them, when it is told to', async () => {
    await run(['--yes', '--legacy']);
    const path = join(project, 'scripts/spawn-pod.sh');
    writeFileSync(join(project, 'spawn-task'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const { stdout } = spawnSync(path, ['--task-id', 'T001'], {
      encoding: 'utf8',
      env: { PATH: `${project}:/bin:/usr/bin` },
    });
    expect(stdout).toBe('--task-id\nT001\n');
    expect((await run(['--yes'])).out).not.toContain('scripts');
    await run(['--uninstall', '--yes']);
    expect(existsSync(path)).toBe(false);
  });
  test('says where it cannot write', async () => {
    write('.opencode', 'a file');
    const { code, err } = await run(['--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('.opencode/agents/agent-runner.md cannot be written')]);
  });
  test('is refused outside of a project', async () => {
    const cwd = join(folder, 'empty');
    mkdirSync(cwd, { recursive: true });
    const { code, err } = await runIn(setup, ['--yes'], { cwd, env: NOWHERE });
    expect([code, err]).toEqual([2, expect.stringContaining('is in no Git repository and has no .specify')]);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('doctor', () => {
  const found = () => integrationFindings(project, NOWHERE);
  test('says nothing of the integration where there is no spec-kit', () => {
    expect(found()).toEqual([]);
  });
  test('names setup where spec-kit does not know the runner', () => {
    mkdirSync(join(project, '.specify'));
    expect(found()).toEqual([expect.objectContaining({ state: 'unknown', fix: 'agent-runner setup' })]);
  });
  test.each([[], ['--no-plugin']])('finds nothing wrong with what setup %s has installed', async (...args) => {
    for (const kind of ['extension', 'preset']) {
      cpSync(join(integrations, 'spec-kit', kind), join(project, `.specify/${kind}s/agent-runner`), {
        recursive: true,
      });
      write(`.specify/${kind}s/.registry`, '{"agent-runner": {}}');
    }
    await run(['--yes', ...args]);
    expect(found()).toEqual([expect.objectContaining({ check: 'integration', state: 'ok' })]);
  });
  test('names what is missing, changed or of another version', async () => {
    cpSync(join(integrations, 'spec-kit/extension'), join(project, '.specify/extensions/agent-runner'), {
      recursive: true,
    });
    await run(['--yes']);
    rmSync(join(project, OPENCODE[1] ?? ''));
    write(OPENCODE[0] ?? '', `${read(OPENCODE[0] ?? '')}mine\n`);
    const [{ state, message } = { state: '', message: '' }] = found();
    expect(state).toBe('wrong');
    for (const words of [
      `write ${OPENCODE[1]}`,
      `kept ${OPENCODE[0]}: you have changed it`,
      'specify preset add --dev',
    ]) {
      expect(message).toContain(words);
    }
  });
});

test('the extension and the presets have the version of the package', () => {
  for (const path of ['extension/extension.yml', 'preset/preset.yml', 'preset-adlc/preset.yml']) {
    const text = readFileSync(join(integrations, 'spec-kit', path), 'utf8');
    expect(/^ {2}version: "(.*)"$/m.exec(text)?.[1]).toBe(VERSION);
  }
});
