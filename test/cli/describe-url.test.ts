import { describe, expect, test } from '@jest/globals';
import { agentRunner } from '../../src/cli/agent-runner.js';
import { describe as describeCommand } from '../../src/cli/commands/describe.js';
import { webUrls } from '../../src/run/web-urls.js';
import { answer } from '../cluster-client/api-server.js';
import { runAgainst } from './against-server.js';
import { COMMIT, endedAs, RUNNING, runPod } from './run-pods.js';

const opened = (given: Parameters<typeof runPod>[0], ...args: string[]) =>
  runAgainst(describeCommand, ['T001', '--url', ...args], (_, response) =>
    answer(response, { items: [runPod(given)] }),
  );
const SHOP = 'https://github.com/my-org/shop';

describe('describe --url prints', () => {
  test('the branch and what it adds to the feature', async () => {
    expect(await opened({ status: endedAs('delivered') })).toEqual({
      code: 0,
      out: `branch:   ${SHOP}/tree/001-login-t001\ncompare:  ${SHOP}/compare/001-login...001-login-t001`,
      err: '',
    });
  });
  test('the base that was given, for programs', async () => {
    const { out } = await opened({ status: endedAs('delivered'), env: { GIT_BASE: 'v1' } }, '-o', 'json');
    expect(JSON.parse(out).compare).toBe(`${SHOP}/compare/v1...001-login-t001`);
  });
  test('the commit that the run started from, when the branch is the task’s own', async () => {
    const env = { GIT_BRANCH: '001-login-t001', TASK_CONTEXT_PATH: 'specs/001-login' };
    const { out } = await opened({ status: endedAs('delivered', { baseCommit: COMMIT }), env });
    expect(out).toContain(`/compare/${COMMIT}...001-login-t001`);
    expect((await opened({ status: endedAs('delivered'), env })).out).not.toContain('compare');
  });
  test('the branch where work was saved', async () => {
    const salvage = { pushed: true, branch: '001-login-t001-1', commit: COMMIT } as const;
    const { out, err } = await opened({ status: endedAs('push-rejected', { salvage }) });
    expect([out, err]).toEqual([expect.stringContaining('/tree/001-login-t001-1\n'), '']);
  });
  test('that a branch may not be there yet', async () => {
    expect((await opened({ status: RUNNING })).err).toBe('the run is running: its branch may not exist');
  });
  test('nothing as JSON without --url, and what to use then', async () => {
    const { code, err } = await runAgainst(describeCommand, ['T001', '-o', 'json'], (_, response) =>
      answer(response, {}),
    );
    expect([code, err]).toEqual([2, expect.stringContaining('-o json needs --url')]);
  });
  test('what is wrong about its arguments', async () => {
    expect((await opened({}, 'T002')).err).toContain('give one pod or task');
    expect((await opened({}, '-o', 'xml')).code).toBe(2);
  });
  test('the same under its old word, and says what it is called now', async () => {
    const serve: Parameters<typeof runAgainst>[2] = (_, response) =>
      answer(response, { items: [runPod({ status: endedAs('delivered') })] });
    const { code, out, err } = await runAgainst(agentRunner, ['open', 'T001'], serve);
    expect([code, out.split('\n')[0]]).toEqual([0, `branch:   ${SHOP}/tree/001-login-t001`]);
    expect(err).toBe('agent-runner open is now agent-runner describe --url');
  });
});

test.each([
  ['git@github.com:a/b.git', 'https://github.com/a/b/tree/f/x%231', 'https://github.com/a/b/compare/main...f/x%231'],
  [
    'https://gitlab.example.com/g/s/p.git',
    'https://gitlab.example.com/g/s/p/-/tree/f/x%231',
    'https://gitlab.example.com/g/s/p/-/compare/main...f/x%231',
  ],
  [
    'https://codeberg.org/a/b',
    'https://codeberg.org/a/b/src/branch/f/x%231',
    'https://codeberg.org/a/b/compare/main...f/x%231',
  ],
  [
    'https://bitbucket.org/a/b',
    'https://bitbucket.org/a/b/branch/f/x%231',
    'https://bitbucket.org/a/b/branches/compare/f/x%231%0Dmain',
  ],
  ['ssh://git@host.io:2222/a/b', 'https://host.io/a/b/tree/f/x%231', 'https://host.io/a/b/compare/main...f/x%231'],
  ['http://host.io:3000/a/b', 'http://host.io:3000/a/b/tree/f/x%231', 'http://host.io:3000/a/b/compare/main...f/x%231'],
])('the pages of %s', (repository, branch, compare) => {
  expect(webUrls(repository, 'f/x#1', 'main')).toEqual({ branch, compare });
});
