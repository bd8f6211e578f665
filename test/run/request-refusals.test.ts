import { describe, expect, test } from '@jest/globals';
import { planRun, type RunRequest } from '../../src/run/request.js';
import { problemsOf, planSettings as settings } from './fixtures.js';

const problems = (request: Partial<RunRequest>, given = settings) =>
  problemsOf(() => planRun(given, { task: 'T001', ...request }));

describe('planRun refuses', () => {
  const refusals: [what: string, request: Partial<RunRequest>, problem: RegExp][] = [
    ['an empty task', { task: '' }, /^task must not be empty: give the id that tasks.md has, like T001$/],
    ['a branch that git refuses', { branch: 'a..b' }, /^branch "a\.\.b" must not contain "\.\."$/],
    ['a local repository', { repo: '/srv/r' }, /^repo "\/srv\/r" is not a remote repository; allowed are https:/],
    ['a path outside of the repository', { contextPath: '/specs' }, /^context-dir "\/specs" .* like specs\/001-login$/],
    ['a base that git refuses', { base: '-x' }, /^--base "-x" must not start with "-"$/],
    ['an empty prompt', { prompt: ' ' }, /^prompt must not be empty$/],
    ['an unknown log format', { logFormat: 'xml' }, /^--log-format "xml" is unknown; allowed are text, json$/],
    [
      'an unknown credential',
      { credential: 'other' },
      /^credential "other" is not one of environment demo: git, deploy-key; add it to git\.credentials there$/,
    ],
    [
      'an unknown egress profile',
      { egress: 'all' },
      /^--egress "all" is not allowed in environment demo; allowed are github, open$/,
    ],
  ];

  test.each(refusals)('%s, and names field, value and what is allowed', (_, request, problem) => {
    expect(problems(request)).toEqual([expect.stringMatching(problem)]);
  });

  test.each(['branch', 'repo', 'credential', 'egress'])('an empty %s, which is not the same as none', (field) => {
    expect(problems({ [field]: '' })).toHaveLength(1);
  });

  test('all of it at once', () => {
    const all = Object.assign({}, ...refusals.map(([, request]) => request)) as RunRequest;
    const found = problems(all);
    expect(found).toHaveLength(refusals.length);
    for (const [, , problem] of refusals) expect(found).toContainEqual(expect.stringMatching(problem));
  });

  test.each([
    ['another host', 'https://evil.example/team/app'],
    ['plain HTTP where HTTPS is allowed', 'http://git.example/team/app'],
  ])('a repository outside of the environment: %s', (_, repo) => {
    expect(problems({ repo })).toEqual([
      `repo "${repo}" is not allowed in environment demo; allowed are https://git.example/, http://plain.example/; ` +
        'choose another environment, or extend git.repositories there',
    ]);
  });

  test('every repository where none is allowed', () => {
    expect(problems({}, { ...settings, repositories: [] })).toEqual([
      expect.stringMatching(/^repo "https:\/\/git\.example\/team\/app" is not allowed in .*; allowed are none;/),
    ]);
  });

  test('a profile that exists but not in this environment', () => {
    expect(problems({ egress: 'open' }, { ...settings, egress: ['github'] })).toEqual([
      '--egress "open" is not allowed in environment demo; allowed are github',
    ]);
  });

  test('to do without a repository where the environment has no default', () => {
    expect(problems({}, { ...settings, defaultRepo: '' })).toEqual([expect.stringMatching(/^repo must not be empty/)]);
  });

  test('a task branch that git would, though the given one is well', () => {
    expect(problems({ branch: 'x'.repeat(198) })).toEqual([
      `task branch "${'x'.repeat(198)}-t001" must not be longer than 200 bytes`,
    ]);
  });

  test('a URL whose port the credential cannot use', () => {
    expect(
      problems(
        { repo: 'ssh://git@git.example:2222/team/app' },
        { ...settings, repositories: ['ssh://git.example:2222/'] },
      ),
    ).toEqual([
      'repo "ssh://git@git.example:2222/team/app" does not fit the credential, which is for HTTPS; its URL has a port: give the HTTPS URL',
    ]);
  });
});
