import { describe, expect, test } from '@jest/globals';
import { attemptName, planRun, type RunRequest } from '../../src/run/request.js';
import { planSettings as settings } from './fixtures.js';

const plan = (request: Partial<RunRequest>, given = settings) => planRun(given, { task: 'T001', ...request });

describe('planRun', () => {
  test('takes from the settings what the request leaves open', () => {
    const { runId, ...planned } = plan({});
    expect(planned).toEqual({
      settings,
      gitCredential: 'git',
      egress: 'github',
      notes: [],
      input: {
        taskId: 'T001',
        repository: 'https://git.example/team/app',
        branch: 'develop',
        taskBranch: 'develop-t001',
        logFormat: 'text',
      },
    });
    expect(runId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('takes everything from a request that gives everything', () => {
    const request: Required<RunRequest> = {
      task: 'T002',
      branch: '001-login',
      repo: 'ssh://git@git.example/team/other',
      contextPath: './specs/001-login/',
      base: 'v1.0',
      checkout: 'a'.repeat(40),
      prompt: 'Do it',
      paths: 'src/api, docs/',
      credential: 'deploy-key',
      egress: 'open',
      logFormat: 'json',
      again: true,
      check: true,
    };
    const planned = planRun(settings, request);
    expect(planned).toMatchObject({ gitCredential: 'deploy-key', egress: 'open', notes: [] });
    expect(planned.input).toEqual({
      taskId: 'T002',
      repository: 'ssh://git@git.example/team/other',
      branch: '001-login',
      taskBranch: '001-login-t002',
      contextPath: 'specs/001-login',
      base: 'v1.0',
      checkout: 'a'.repeat(40),
      prompt: 'Do it',
      paths: ['src/api', 'docs'],
      logFormat: 'json',
      again: true,
      check: true,
    });
  });

  test('names the task branch as the environment wants it', () => {
    const { input } = plan({}, { ...settings, branchPattern: 'agents/{branch}/{task}' });
    expect(input.taskBranch).toBe('agents/develop/t001');
  });

  test.each([
    ['git', 'git@git.example:team/app.git', 'https://git.example/team/app.git', 'token'],
    ['deploy-key', 'https://git.example/team/app', 'ssh://git@git.example/team/app', 'ssh'],
    ['deploy-key', 'http://plain.example/team/app', 'ssh://git@plain.example/team/app', 'ssh'],
  ])('fits the URL to the credential %s, and says so', (credential, repo, url, type) => {
    const planned = plan({ credential, repo });
    expect(planned.input.repository).toBe(url);
    expect(planned.notes).toEqual([`the credential "${credential}" is a ${type}: the pod uses ${url}`]);
  });

  test('gives a run one identity, however its repository is written', () => {
    const repos = ['https://git.example/team/app', 'https://GIT.example/team/app.git/', 'git@git.example:team/app'];
    const ids = ['git', 'deploy-key'].flatMap((credential) => repos.map((repo) => plan({ repo, credential }).runId));
    expect(new Set(ids).size).toBe(1);
  });

  test.each([
    ['task', { task: 't001' }],
    ['branch', { branch: 'main' }],
    ['repository', { repo: 'https://git.example/team/other' }],
  ])('gives a run of another %s another identity', (_, request) => {
    expect(plan(request).runId).not.toBe(plan({}).runId);
  });

  test('names the pod of each attempt', () => {
    const planned = plan({});
    expect(attemptName(planned, 2)).toBe(`agent-t001-${planned.runId.slice(0, 10)}-2`);
  });
});
