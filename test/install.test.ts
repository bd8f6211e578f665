import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

// As a stranger has it: a clone with the settings of Git for Windows, in a folder with spaces in its name.
const project = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'agent runner install '));
const checkout = join(folder, 'a checkout');
const MINUTES = 600_000;

/** The models of External Secrets and what they need: these want a later Node than 20. */
const WANT_NODE_22 = [
  '@kubernetes-models/external-secrets',
  '@kubernetes-models/apimachinery',
  '@kubernetes-models/base',
  '@kubernetes-models/validate',
  'kubernetes-models',
];

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd, encoding: 'utf8' });

/** @param uid of the user who runs it. Default: the one who runs the test */
function run(cwd: string, program: string, args: readonly string[], uid?: number) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' };
  return spawnSync(program, args, { cwd, encoding: 'utf8', env, ...(uid !== undefined && { uid, gid: uid }) });
}
const npm = (...args: string[]) =>
  run(checkout, 'npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier']);
const warningsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('npm warn'));

beforeAll(() => {
  const source = join(folder, 'source');
  for (const path of git(project, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')) {
    if (path === '' || !existsSync(join(project, path))) continue;
    mkdirSync(join(source, dirname(path)), { recursive: true });
    cpSync(join(project, path), join(source, path), { verbatimSymlinks: true });
  }
  git(source, 'init', '--quiet');
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', 'all');
  git(folder, 'clone', '--quiet', '--config', 'core.autocrlf=true', source, checkout);
}, MINUTES);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a fresh clone', () => {
  test('has the same bytes, whatever Git does with the ends of lines', () => {
    const lines = git(checkout, 'ls-files', '--eol').split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(900);
    expect(lines.filter((line) => /\sw\/(crlf|mixed)\s/.test(line) && !/\sattr\/-text\s/.test(line))).toEqual([]);
  });
  test(
    'is installed without a script and without a warning, but for what wants a later Node',
    () => {
      const { status, stderr } = npm('ci', '--ignore-scripts');
      expect(status).toBe(0);
      const packages = warningsIn(stderr).flatMap((line) => /package: '(.+)@[^@]+'/.exec(line)?.[1] ?? []);
      expect(packages.length).toBe(warningsIn(stderr).filter((line) => line.includes('Unsupported engine')).length);
      expect(WANT_NODE_22).toEqual(expect.arrayContaining(packages));
      expect(warningsIn(stderr).filter((line) => !line.startsWith('npm warn EBADENGINE'))).toEqual([]);
    },
    MINUTES,
  );
  test.each(['agent-runner', 'spawn-task', 'tail-logs'])(
    'says in one line that %s is not built, and what builds it',
    (name) => {
      const { status, stderr } = run(tmpdir(), join(checkout, `bin/${name}.cjs`), ['--help']);
      expect([status, stderr]).toEqual([
        1,
        `${name}: this checkout is not built. Run: npm run build --prefix '${checkout}'\n`,
      ]);
    },
  );
  test(
    'is built, and renders what is committed',
    () => {
      expect(npm('run', 'build')).toMatchObject({ status: 0, stderr: '' });
      expect(run(folder, join(checkout, 'bin/agent-runner.cjs'), ['--version'])).toMatchObject({
        status: 0,
        stderr: '',
      });
      const { status, stdout } = npm('run', 'synth');
      expect([status, stdout]).toEqual([0, expect.stringMatching(/; nothing changed$/m)]);
    },
    MINUTES,
  );
  test(
    'is packed, and what is packed is installed for everybody without a warning',
    () => {
      expect(npm('pack', '--pack-destination', folder).status).toBe(0);
      const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
      const prefix = join(folder, 'of everybody');
      const { status, stderr } = npm('install', '--global', '--prefix', prefix, join(folder, tarball));
      expect([status, warningsIn(stderr)]).toEqual([0, []]);
      for (const name of ['agent-runner', 'spawn-task', 'tail-logs', 'agentic-sdlc-agent-runner']) {
        expect(run(folder, join(prefix, 'bin', name), ['--version'])).toMatchObject({ status: 0, stderr: '' });
      }
    },
    MINUTES,
  );
});

/** Somebody to whom the checkout does not belong: nobody may, and root may everything. */
const NOBODY = process.getuid?.() === 0 ? 65534 : undefined;

describe('a checkout that may not be written to', () => {
  beforeAll(() => {
    for (const path of [
      '',
      ...(readdirSync(checkout, { recursive: true }) as string[]).filter((one) => !one.includes('node_modules')),
    ]) {
      const file = join(checkout, path);
      if (existsSync(file)) chmodSync(file, 0o555);
    }
    chmodSync(folder, 0o755);
    const home = join(folder, 'home');
    mkdirSync(home);
    if (NOBODY !== undefined) chownSync(home, NOBODY, NOBODY);
  });
  // What is in it is removed by its owner.
  afterAll(() => chmodTree(checkout));

  const inHome = (program: string, ...args: string[]) =>
    run(join(folder, 'home'), join(checkout, program), args, NOBODY);

  test('has commands that work', () => {
    expect(inHome('bin/agent-runner.cjs', 'help')).toMatchObject({ status: 0, stderr: '' });
    const settings = join(checkout, 'dist/manifests/dev/ConfigMap.agent-runner-settings.yaml');
    const args = ['T001', '001-login', 'https://github.com/acme/shop', '--dry-run', '--settings', settings];
    expect(inHome('bin/spawn-task.cjs', ...args)).toMatchObject({ status: 0, stderr: '' });
  });
  test('says in one line that it cannot render into itself', () => {
    const elsewhere = join(checkout, 'elsewhere');
    const env = { ...process.env, CDK8S_OUTDIR: elsewhere };
    // Node itself may be where nobody else can start it, so it becomes somebody else after its start.
    const script = `${NOBODY === undefined ? '' : `process.setuid(${NOBODY});`} import('./lib/main.js');`;
    const options = { cwd: checkout, encoding: 'utf8', env } as const;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], options);
    expect(status).toBe(1);
    const line = new RegExp(`^synth: EACCES: permission denied, mkdir '${elsewhere}.*'$`);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(line)]);
  });
});

function chmodTree(top: string): void {
  chmodSync(top, 0o755);
  for (const entry of readdirSync(top, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'node_modules') chmodTree(join(top, entry.name));
  }
}
