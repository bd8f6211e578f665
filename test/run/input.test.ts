import { describe, expect, test } from '@jest/globals';
import { fromEnvironment, INPUT_VARIABLES, type RunInput, toEnvironment } from '../../src/run/input.js';
import { problemsOf } from './fixtures.js';

const minimal = { TASK_ID: 'T001', GIT_REPO: 'https://github.com/o/r', GIT_BRANCH: '001-login' };

const full: Required<RunInput> = {
  taskId: 'T001',
  repository: 'ssh://git@github.com/o/r.git',
  branch: '001-login',
  taskBranch: 'agents/t001',
  contextPath: 'specs/001-login',
  base: 'v1.0',
  checkout: 'a'.repeat(40),
  prompt: 'Write "it",\nand test $(it) — 日本',
  paths: ['src/api', 'docs/a b'],
  again: true,
  check: true,
  runName: 'agent-t001-0123456789-1',
  logFormat: 'json',
};

describe('the environment of a pod', () => {
  test('carries the whole input', () => {
    expect(fromEnvironment(Object.fromEntries(toEnvironment(full)))).toEqual(full);
  });

  test('has a variable for each field, the four of the original contract first', () => {
    expect(toEnvironment(full).map(([name]) => name)).toEqual(INPUT_VARIABLES);
    expect(INPUT_VARIABLES.slice(0, 4)).toEqual(['TASK_ID', 'GIT_REPO', 'GIT_BRANCH', 'TASK_CONTEXT_PATH']);
    expect(INPUT_VARIABLES).toHaveLength(Object.keys(full).length);
  });

  test('leaves out what is not given', () => {
    const { contextPath, base, checkout, prompt, paths, ...rest } = full;
    const names = toEnvironment({ ...rest, again: false, check: false }).map(([name]) => name);
    expect(names).toEqual(['TASK_ID', 'GIT_REPO', 'GIT_BRANCH', 'TASK_BRANCH', 'RUN_NAME', 'LOG_FORMAT']);
  });
});

describe('fromEnvironment', () => {
  test('needs no more than task, repository and branch', () => {
    expect(fromEnvironment(minimal)).toEqual({
      taskId: 'T001',
      repository: 'https://github.com/o/r',
      branch: '001-login',
      taskBranch: '001-login-t001',
      runName: 'local',
      logFormat: 'text',
    });
  });

  test('takes the name of the machine where the run has none', () => {
    expect(fromEnvironment({ ...minimal, HOSTNAME: 'box' }).runName).toBe('box');
    expect(fromEnvironment({ ...minimal, HOSTNAME: 'box', RUN_NAME: 'agent-1' }).runName).toBe('agent-1');
  });

  test('takes an empty variable for a missing one', () => {
    const empty = Object.fromEntries(INPUT_VARIABLES.map((name) => [name, '']));
    expect(fromEnvironment({ ...empty, ...minimal })).toEqual(fromEnvironment(minimal));
  });

  test('keeps a task branch that is the given branch', () => {
    expect(fromEnvironment({ ...minimal, GIT_BRANCH: 'specs/T001-async' }).taskBranch).toBe('specs/T001-async');
  });

  test.each(['false', '1', 'TRUE'])('does not run a task again for TASK_AGAIN=%s', (value) => {
    expect(fromEnvironment({ ...minimal, TASK_AGAIN: value })).not.toHaveProperty('again');
  });

  test('writes the repository in its one form', () => {
    const { repository } = fromEnvironment({ ...minimal, GIT_REPO: 'git@GitHub.com:o/r.git' });
    expect(repository).toBe('ssh://git@github.com/o/r.git');
  });

  test('names every problem at once', () => {
    const env = {
      TASK_ID: ' ',
      GIT_REPO: '/srv/r',
      GIT_BRANCH: 'a..b',
      TASK_CONTEXT_PATH: '../x',
      GIT_BASE: '-x',
      GIT_CHECKOUT: 'HEAD',
      TASK_PROMPT: '\n',
      LOG_FORMAT: 'xml',
    };
    expect(problemsOf(() => fromEnvironment(env))).toEqual([
      expect.stringMatching(/^TASK_ID must not be empty.*T001$/),
      expect.stringMatching(/^repo "\/srv\/r" is not a remote repository; allowed are /),
      'GIT_BRANCH "a..b" must not contain ".."',
      'context-dir "../x" is not a path inside the repository, like specs/001-login',
      'GIT_BASE "-x" must not start with "-"',
      'prompt must not be empty',
      'LOG_FORMAT "xml" is unknown; allowed are text, json',
      'GIT_CHECKOUT "HEAD" is not a commit id',
    ]);
  });

  test('says once what is missing', () => {
    expect(problemsOf(() => fromEnvironment({}))).toEqual([
      ...['TASK_ID', 'repo', 'GIT_BRANCH'].map((name) => expect.stringMatching(`^${name}.* must not be empty`)),
    ]);
    expect(problemsOf(() => fromEnvironment({ ...minimal, GIT_BRANCH: '' }))).toEqual([
      'GIT_BRANCH "" must not be empty',
    ]);
  });

  test.each(['0'.repeat(40), '0'.repeat(64)])('takes the commit id %s', (commit) => {
    expect(fromEnvironment({ ...minimal, GIT_CHECKOUT: commit }).checkout).toBe(commit);
  });

  test.each(['0'.repeat(39), '0'.repeat(41), '0'.repeat(65), 'g'.repeat(40), 'main'])(
    'takes %s for no commit id',
    (text) => {
      expect(problemsOf(() => fromEnvironment({ ...minimal, GIT_CHECKOUT: text }))).toEqual([
        `GIT_CHECKOUT "${text}" is not a commit id`,
      ]);
    },
  );

  test('refuses a task branch that git would', () => {
    expect(problemsOf(() => fromEnvironment({ ...minimal, TASK_BRANCH: 'a..b' }))).toEqual([
      'TASK_BRANCH "a..b" must not contain ".."',
    ]);
  });
});
