import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderSettings } from '../fixtures/rendered.js';
import { spawnTaskIn } from './terminal.js';

const REPO = 'https://github.com/owner/name';
const USAGE = 2;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'agent-runner-cli-'));
  renderSettings(cwd);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const dryRun = (args: readonly string[], env = {}) => spawnTaskIn(cwd, [...args, '--dry-run'], env);
const rendered = async (args: readonly string[], env = {}) => {
  const { code, out, err } = await dryRun(args, env);
  if (code !== 0) throw new Error(err);
  const pod = parse(out);
  const [container] = pod.spec.containers;
  return {
    pod,
    env: Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value])),
  };
};

describe('spawn-task --dry-run', () => {
  test('prints one pod of the dev environment, without a cluster', async () => {
    const { pod } = await rendered(['T001', '001-login', REPO]);
    expect(pod).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'agent-runner-dev' } });
  });
  test.each([[['-o', 'json']], [['--json']]])('prints the same pod as JSON with %j', async (flags) => {
    const { out } = await dryRun(['T001', '001-login', REPO, ...flags]);
    expect(JSON.parse(out)).toEqual((await rendered(['T001', '001-login', REPO])).pod);
  });
  test('prints YAML where both are asked for', async () => {
    expect((await rendered(['T001', '001-login', REPO, '--json', '-o', 'yaml'])).pod.kind).toBe('Pod');
  });
  test('takes arguments, flags and the original scripts’ leading word alike', async () => {
    const { pod } = await rendered(['T001', '001-login', REPO]);
    const flags = ['--task-id', 'T001', '--branch', '001-login', '--repo', REPO];
    expect((await rendered(flags)).pod).toEqual(pod);
    expect((await rendered(['spawn', ...flags])).pod).toEqual(pod);
  });
  test.each(['dev', 'stg', 'prod'])('renders for %s', async (name) => {
    const { pod } = await rendered(['T001', 'main', 'https://github.com/my-org/x', '--env', name]);
    expect(pod.metadata.namespace).toBe(`agent-runner-${name}`);
  });
  test('passes prompt, base, context and log format to the pod', async () => {
    const flags = ['--prompt', 'Do $(it).', '--base', 'v1', '--log-format', 'json', '--again'];
    const { env } = await rendered(['T001', '001-login', REPO, 'specs/001-login', ...flags]);
    expect(env).toMatchObject({
      TASK_PROMPT: 'Do $$(it).',
      GIT_BASE: 'v1',
      LOG_FORMAT: 'json',
      TASK_CONTEXT_PATH: 'specs/001-login',
      TASK_AGAIN: 'true',
    });
  });
  test('reads the prompt from a file', async () => {
    writeFileSync(join(cwd, 'prompt.txt'), 'From a file.\n');
    const { env } = await rendered(['T001', 'main', REPO, '--prompt-file', join(cwd, 'prompt.txt')]);
    expect(env.TASK_PROMPT).toBe('From a file.\n');
  });
  test('takes the original default context for no context', async () => {
    const { env } = await rendered(['T001', 'main', REPO, '/workspace']);
    expect(env).not.toHaveProperty('TASK_CONTEXT_PATH');
  });
  test('says on standard error when an SSH address is used over HTTPS', async () => {
    const { err, out } = await dryRun(['T001', 'main', 'git@github.com:owner/name.git']);
    expect(err).toContain('https://github.com/owner/name.git');
    expect(parse(out).kind).toBe('Pod');
  });
});

describe('the precedence of a setting', () => {
  const namespaceOf = async (args: readonly string[], env = {}) =>
    (await rendered(['T001', 'main', 'https://github.com/my-org/x', ...args], env)).pod.metadata.namespace;

  test('is the default when nothing is said', async () => expect(await namespaceOf([])).toBe('agent-runner-dev'));
  test('is the variable before the default', async () => {
    expect(await namespaceOf([], { ENVIRONMENT: 'prod' })).toBe('agent-runner-prod');
    expect(await namespaceOf([], { NAMESPACE: 'elsewhere' })).toBe('elsewhere');
  });
  test('is the flag before the variable', async () => {
    expect(await namespaceOf(['--env', 'stg'], { ENVIRONMENT: 'prod' })).toBe('agent-runner-stg');
    expect(await namespaceOf(['-n', 'mine'], { NAMESPACE: 'elsewhere' })).toBe('mine');
  });
  test('is the namespace before the environment, whose sizes still count', async () => {
    expect(await namespaceOf([], { NAMESPACE: 'elsewhere', ENVIRONMENT: 'prod' })).toBe('elsewhere');
  });
  test('does not count a variable that is empty', async () => {
    expect(await namespaceOf([], { NAMESPACE: '', ENVIRONMENT: '' })).toBe('agent-runner-dev');
  });
  test('is the settings’ own for a branch that is not given', async () => {
    expect((await rendered(['T001', '--repo', REPO])).env.GIT_BRANCH).toBe('main');
  });
  test('maps SSH_SECRET_NAME to the credential, behind --credential', async () => {
    const refused = await dryRun(['T001', 'main', REPO], { SSH_SECRET_NAME: 'github-deploy-key' });
    expect(refused.err).toContain('credential "github-deploy-key" is not one of environment dev: git');
    const { code } = await dryRun(['T001', 'main', REPO, '--credential', 'git'], {
      SSH_SECRET_NAME: 'github-deploy-key',
    });
    expect(code).toBe(0);
  });
});

describe('wrong input is refused with exit code 2, and the message says what, and what is allowed', () => {
  test.each([
    ['a missing task', [], 'the task is missing'],
    ['an empty task', ['', 'main', REPO], 'task must not be empty'],
    ['an empty branch', ['T001', '', REPO], 'branch "" must not be empty'],
    ['a missing repository', ['T001', 'main'], 'repo must not be empty'],
    ['a branch with ..', ['T001', 'a..b', REPO], 'branch "a..b" must not contain ".."'],
    ['a branch that ends with .lock', ['T001', 'x.lock', REPO], '.lock'],
    ['a branch with a space', ['T001', 'a b', REPO], 'spaces'],
    ['a branch with a dash in front', ['T001', '--branch=-x', '--repo', REPO], 'must not start with "-"'],
    ['a local path', ['T001', 'main', '/srv/git/x'], 'is not a remote repository'],
    [
      'a repository outside of the environment',
      ['T001', 'main', 'https://gitlab.com/a/b'],
      'allowed are https://github.com/',
    ],
    [
      'an unknown environment',
      ['T001', 'main', REPO, '--env', 'qa'],
      'dist/manifests has dev, prod, stg: give --env NAME',
    ],
    ['an unknown flag', ['T001', 'main', REPO, '--frobnicate'], 'flag --frobnicate is unknown'],
    ['a flag without its value', ['T001', 'main', REPO, '--base'], '--base needs a value'],
    ['a value for a flag that takes none', ['T001', 'main', REPO, '--again=yes'], '--again takes no value'],
    ['too many arguments', ['T001', 'main', REPO, 'specs/x', 'more'], 'too many arguments: more'],
    ['a task given twice', ['T001', '--task-id', 'T002'], 'task-id is given twice'],
    ['an unknown output', ['T001', 'main', REPO, '-o', 'xml'], 'allowed are yaml, json'],
    ['an unknown log format', ['T001', 'main', REPO, '--log-format', 'xml'], 'allowed are text, json'],
    [
      'an unknown credential',
      ['T001', 'main', REPO, '--credential', 'x'],
      'credential "x" is not one of environment dev: git',
    ],
    ['an unknown egress', ['T001', 'main', REPO, '--egress', 'x'], 'allowed are github, open'],
    [
      'an egress that the environment forbids',
      ['T001', 'main', 'https://github.com/my-org/x', '--env', 'prod', '--egress', 'open'],
      'allowed are github',
    ],
    [
      'a prompt file that is not there',
      ['T001', 'main', REPO, '--prompt-file', '/nope'],
      '/nope cannot be read: ENOENT',
    ],
    ['two prompts', ['T001', 'main', REPO, '--prompt', 'a', '--prompt-file', 'b'], 'exclude each other'],
    ['an empty prompt', ['T001', 'main', REPO, '--prompt', ' '], 'prompt must not be empty'],
    ['a context outside of the repository', ['T001', 'main', REPO, '../x'], 'context-dir'],
    ['a context that does not exist', ['T001', 'main', REPO, '/nope'], '"/nope" does not exist'],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await dryRun(args);
    expect(err).toContain(message);
    expect(code).toBe(USAGE);
    expect(out).toBe('');
  });
  test('all problems at once', async () => {
    const { err } = await dryRun(['T001', 'a..b', '/tmp/x', '--egress', 'x', '--credential', 'y']);
    expect(err.split('\n').filter((line) => line.startsWith('spawn-task: '))).toHaveLength(4);
  });
  const secretive = 'https://me:s3cret@github.com/o/n';
  test.each([
    ['as the repository', ['T001', 'main', secretive]],
    ['as a user name alone', ['T001', 'main', 'https://s3cret@github.com/o/n']],
    ['in what is no URL', ['T001', 'main', 'glpat-s3cret:x@github.com/o/n']],
    ['in a query', ['T001', 'main', 'https://github.com/o/n?access_token=s3cret']],
    ['given twice', ['T001', 'main', secretive, '--repo', 'https://github.com/o/n']],
    ['as one argument too many', ['T001', 'main', REPO, 'specs', secretive]],
    ['in the place of the branch', ['T001', secretive, REPO]],
    ['as the base', ['T001', 'main', REPO, '--base', secretive]],
    ['as the context', ['T001', 'main', REPO, secretive]],
  ])('a password %s is refused and never printed', async (_, args) => {
    const { code, out, err } = await dryRun(args);
    expect(code).toBe(USAGE);
    expect(out + err).not.toContain('s3cret');
  });
  test.each(['-n', '--env'])('%s with a name that cannot be', async (flag) => {
    const { code, err } = await dryRun(['T001', 'main', REPO, flag, 'My Names']);
    expect(code).toBe(USAGE);
    expect(err).toContain('"My Names" is not a DNS label');
  });
  test('an unknown kind of dry run', async () => {
    const { code, err } = await spawnTaskIn(cwd, ['T001', 'main', REPO, '--dry-run=maybe']);
    expect(code).toBe(USAGE);
    expect(err).toContain('allowed are client, server, none');
  });
  test('what needs no settings, before a cluster is asked', async () => {
    const { code, err } = await spawnTaskIn(cwd, ['T001', 'a..b', '/tmp/x', '--kubeconfig', '/nowhere']);
    expect(code).toBe(USAGE);
    expect(err.split('\n').filter((line) => line.startsWith('spawn-task: '))).toHaveLength(2);
  });
  test('a password in the URL is refused and never printed', async () => {
    for (const repo of [
      'https://me:s3cret@github.com/o/n',
      'https://s3cret@github.com/o/n',
      'https://me:s3cret@github .com/o/n',
    ]) {
      const { code, out, err } = await dryRun(['T001', 'main', repo]);
      expect(code).toBe(USAGE);
      expect(out + err).not.toContain('s3cret');
    }
  });
});

test('--help shows examples and exit codes, --version the version', async () => {
  const help = await spawnTaskIn(cwd, ['--help']);
  expect(help.out).toMatch(/Examples:[\s\S]*Exit codes:/);
  expect(help.code).toBe(0);
  expect((await spawnTaskIn(cwd, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/);
});
