import { describe, expect, test } from '@jest/globals';
import { isAllowed, PATH_PART, parseRepository, repositoryFor, withoutSecrets } from '../../src/run/repository.js';
import { problemsOf } from './fixtures.js';

describe('parseRepository', () => {
  test.each([
    ['https://github.com/o/r', 'https', 'https://github.com/o/r', 'github.com/o/r'],
    ['https://GitHub.com/O/r.git/', 'https', 'https://github.com/O/r.git', 'github.com/O/r'],
    ['https://github.com:443/o/r', 'https', 'https://github.com/o/r', 'github.com/o/r'],
    ['https://h:8443/group/sub/r', 'https', 'https://h:8443/group/sub/r', 'h:8443/group/sub/r'],
    ['https://github.com/o/o.github.io//', 'https', 'https://github.com/o/o.github.io', 'github.com/o/o.github.io'],
    ['https://github.com/o/.github', 'https', 'https://github.com/o/.github', 'github.com/o/.github'],
    ['https://h/o./r...', 'https', 'https://h/o./r...', 'h/o./r...'],
    ['http://h:8080/o/r', 'http', 'http://h:8080/o/r', 'h:8080/o/r'],
    ['ssh://git@h/o/r.git', 'ssh', 'ssh://git@h/o/r.git', 'h/o/r'],
    ['ssh://h/o/r', 'ssh', 'ssh://git@h/o/r', 'h/o/r'],
    ['ssh://alice@H:2222/o/r', 'ssh', 'ssh://alice@h:2222/o/r', 'h:2222/o/r'],
    ['git@github.com:o/r.git', 'ssh', 'ssh://git@github.com/o/r.git', 'github.com/o/r'],
    ['git@GitHub.com:/o/r', 'ssh', 'ssh://git@github.com/o/r', 'github.com/o/r'],
  ])('reads %s', (text, protocol, url, identity) => {
    expect(parseRepository(text)).toEqual({ protocol, url, identity });
  });

  test('leaves the port of SSH itself out of the identity', () => {
    expect(parseRepository('ssh://git@h:22/o/r').identity).toBe(parseRepository('git@h:o/r').identity);
  });

  // Azure DevOps lets a project's name have them.
  test.each([
    ['My Project', 'My%20Project'],
    ['My%20Project', 'My%20Project'],
    ['Müller', 'M%C3%BCller'],
    ['M%c3%bcller', 'M%C3%BCller'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
    ['R%26D', 'R%26D'],
    ['R&D', 'R%26D'],
    ['Web%20(EU)', 'Web%20(EU)'],
    ['a,b', 'a%2Cb'],
    ["it's!", "it's!"],
    ['%41%2B', 'A+'],
  ])('reads the project %s as %s', (given, canonical) => {
    const url = `https://dev.azure.com/contoso/${given}/_git/app`;
    const identity = `dev.azure.com/contoso/${canonical}/_git/app`;
    expect(parseRepository(url)).toEqual({ protocol: 'https', url: `https://${identity}`, identity });
    expect(parseRepository(`https://${identity}`).identity).toBe(identity);
    const whole = new RegExp(`^(/${PATH_PART})+$`);
    expect(whole.test(`/${identity}`)).toBe(true);
  });
  test.each([
    ['https://github.com/o/r/tree/main', 'https://github.com/o/r'],
    ['https://GitHub.com/o/r/pull/7', 'https://github.com/o/r'],
    ['https://github.com/o/r.git/info', 'https://github.com/o/r.git'],
    ['https://bitbucket.org/o/r/src/main/a.txt', 'https://bitbucket.org/o/r'],
    ['https://gitlab.example.com/g/sub/r/-/tree/main', 'https://gitlab.example.com/g/sub/r'],
  ])('takes %s for a page, and names the repository', (page, repository) => {
    expect(problemsOf(() => parseRepository(page))).toEqual([
      `repo "${page}" is a page of a repository; give ${repository}`,
    ]);
  });

  test('reads its own URL as the same repository', () => {
    const repository = parseRepository('git@github.com:o/r.git');
    expect(parseRepository(repository.url)).toEqual(repository);
  });

  test.each([
    ['', 'repo must not be empty'],
    [' ', 'repo must not be empty'],
    ['garbage', '"garbage" is not a remote repository'],
    ['/srv/git/r', '"/srv/git/r" is not a remote repository'],
    ['./r', '"./r" is not a remote repository'],
    ['github.com/o/r', '"github.com/o/r" is not a remote repository'],
    ['https://', '"https://" is not a remote repository'],
    ['https://h:99999/o/r', 'is not a remote repository'],
    ['file:///srv/git/r', 'is not reachable from a pod'],
    ['git://h/o/r', 'is not reachable from a pod'],
    ['ext::sh -c id', 'is not reachable from a pod'],
    ['https://h', 'has no path of a repository'],
    ['https://h/', 'has no path of a repository'],
    ['https://h/o//r', 'has no path of a repository'],
    ['https://h/o/r?ref=x', 'has no path of a repository'],
    ['https://h/o/r#x', 'has no path of a repository'],
    ['https://h/o/a\u202eb', 'has no path of a repository'],
    ['https://h/o/a%0ab', 'has no path of a repository'],
    ['https://h/o/a;b', 'has no path of a repository'],
    ['https://h/o/$(id)', 'has no path of a repository'],
    ['https://h/o/%252e%252e%252fr', 'has no path of a repository'],
    ['https://h/o/%00', 'has no path of a repository'],
    ['https://h/o/%zz', 'has no path of a repository'],
  ])('refuses %j and says what is allowed', (text, expected) => {
    const [problem, ...others] = problemsOf(() => parseRepository(text));
    expect(problem).toContain(expected);
    expect(problem).toContain('https://host/owner/name, ssh://git@host/owner/name and git@host:owner/name');
    expect(others).toEqual([]);
  });

  test.each([
    'https://user:hunter2@h/o/r',
    'https://hunter2@h/o/r',
    'http://:hunter2@h/o/r',
    'ssh://git:hunter2@h/o/r',
    'https://user:hunter2@h',
    'https://user:hun@hunter2@h/o/r',
    'file://user:hunter2@h/r',
    'https://user:hunter2@h h/o/r',
    'https://user:p?hunter2@h/o/r',
  ])('refuses %s without printing what may be a password', (text) => {
    const problems = problemsOf(() => parseRepository(text));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/repo "(https?|ssh|file):\/\/\*\*\*@h/);
    expect(problems[0]).not.toContain('hunter2');
  });

  test.each(['user:hunter2@h:o/r', 'https://user:p/hunter2@h/o/r'])(
    'refuses %s, too, without printing what may be a password',
    (text) => {
      expect(problemsOf(() => parseRepository(text)).join()).toMatch(/^(?!.*hunter2)./);
    },
  );

  // For ssh they are options; git refuses to pass them on, but only in the pod: CVE-2017-1000117.
  test.each([
    'ssh://git%40evil.example%2F@github.com/o/r',
    'ssh://a%0Ab@h/o/r',
    'ssh://-oProxyCommand=id/o/r',
    'ssh://-oProxyCommand=id@h/o/r',
    'git@-h:o/r',
  ])('refuses %s', (text) => {
    expect(problemsOf(() => parseRepository(text))).toHaveLength(1);
  });
});

describe('isAllowed', () => {
  const org = ['https://github.com/org'];

  test.each([
    ['below the prefix', 'https://github.com/org/r', org],
    ['far below the prefix', 'https://gitlab.com/org/group/r', ['https://gitlab.com/org']],
    ['below a prefix with other letters', 'https://gitlab.com/Größe/r', ['https://gitlab.com/Gr%C3%B6%C3%9Fe/']],
    ['below a prefix with a slash', 'https://github.com/org/r', ['https://github.com/org/']],
    ['below a prefix with slashes', 'https://github.com/o.github/r', ['https://github.com/o.github//']],
    ['that is the prefix itself', 'https://github.com/org/r.git', ['https://github.com/org/r']],
    ['of the name of the prefix, without a slash', 'https://host/team.git', ['https://host/team']],
    ['below a prefix with a slash, with its end', 'https://host/team/r.git', ['https://host/team/']],
    ['on an allowed host', 'https://github.com/org/r', ['https://github.com/']],
    ['on an allowed host without slash', 'https://github.com/org/r', ['https://GitHub.com']],
    ['by SSH, of an HTTPS prefix', 'git@github.com:org/r.git', org],
    ['by HTTPS, of an SSH prefix', 'https://github.com/org/r', ['ssh://git@github.com/org']],
    ['by plain HTTP, of such a prefix', 'http://h:8080/org/r', ['http://h:8080/org']],
    ['of the second prefix', 'https://github.com/two/r', [...org, 'https://github.com/two']],
  ])('takes a repository %s', (_, repository, prefixes) => {
    expect(isAllowed(parseRepository(repository), prefixes)).toBe(true);
  });

  test.each([
    ['of a namesake with more behind it', 'https://github.com/org-evil/r', org],
    ['whose name begins like the prefix', 'https://github.com/org/r-evil', ['https://github.com/org/r']],
    ['above the prefix', 'https://github.com/org', ['https://github.com/org/r']],
    ['that climbs out', 'https://github.com/org/../evil/r', org],
    ['that climbs out, encoded', 'https://github.com/org/%2e%2e/evil/r', org],
    ['of another case', 'https://github.com/ORG/r', org],
    ['on a host that begins alike', 'https://github.com.evil.example/org/r', ['https://github.com']],
    ['on another port', 'https://github.com:8443/org/r', org],
    ['by plain HTTP, of an HTTPS prefix', 'http://github.com/org/r', org],
    ['by HTTPS, of a plain HTTP prefix', 'https://h/org/r', ['http://h/org']],
    ['that is the folder of a prefix with a slash', 'https://host/team', ['https://host/team/']],
    ['that is the folder of such a prefix, with its end', 'https://host/team.git', ['https://host/team/']],
    ['by SSH, that is the folder of such a prefix', 'git@host:team', ['https://host/team/']],
    ['that is within the folder of such a prefix itself', 'https://host/team/.git', ['https://host/team/']],
    ['where nothing is allowed', 'https://github.com/org/r', []],
    [
      'where the prefix names no host',
      'https://github.com/org/r',
      ['https:///', 'https://', 'github.com/org', 'x+https://github.com', ''],
    ],
  ])('refuses a repository %s', (_, repository, prefixes) => {
    expect(isAllowed(parseRepository(repository), prefixes)).toBe(false);
  });

  // Git decodes the path of an ssh:// URL, and the server sees /org/../evil/r.
  test.each(['ssh://git@github.com/org/..%2fevil/r', 'https://github.com/org/..%2Fevil/r'])('takes no %s', (text) => {
    expect(problemsOf(() => parseRepository(text)).length === 0 && isAllowed(parseRepository(text), org)).toBe(false);
  });
});

describe('repositoryFor', () => {
  test.each([
    ['git@github.com:o/r.git', 'token', 'https://github.com/o/r.git'],
    ['ssh://alice@h/o/r', 'token', 'https://h/o/r'],
    ['https://github.com/o/r.git', 'ssh', 'ssh://git@github.com/o/r.git'],
    ['http://h/o/r', 'ssh', 'ssh://git@h/o/r'],
    ['https://h:8443/o/r', 'token', 'https://h:8443/o/r'],
    ['http://h:8080/o/r', 'token', 'http://h:8080/o/r'],
    ['ssh://alice@h:2222/o/r', 'ssh', 'ssh://alice@h:2222/o/r'],
  ] as const)('turns %s with a credential of type %s into %s', (text, type, expected) => {
    const repository = repositoryFor(parseRepository(text), type);
    expect(repository).toEqual(parseRepository(expected));
    expect(repository.identity).toBe(parseRepository(text).identity);
  });

  test.each([
    ['ssh://git@h:2222/o/r', 'token', 'HTTPS'],
    ['https://h:8443/o/r', 'ssh', 'SSH'],
  ] as const)('does not guess the port of %s for a credential of type %s', (text, type, wanted) => {
    expect(problemsOf(() => repositoryFor(parseRepository(text), type))).toEqual([
      `repo "${text}" does not fit the credential, which is for ${wanted}; its URL has a port: give the ${wanted} URL`,
    ]);
  });
  test.each([
    [
      'git@ssh.dev.azure.com:v3/contoso/My Web/app',
      'token',
      'which is for HTTPS; give https://dev.azure.com/contoso/My%20Web/_git/app',
    ],
    [
      'https://dev.azure.com/contoso/Web/_git/app',
      'ssh',
      'which is for SSH; give git@ssh.dev.azure.com:v3/contoso/Web/app',
    ],
    ['https://git.example.com/scm/P/app', 'ssh', 'which is for SSH; give the SSH URL that the host shows for it'],
  ] as const)('does not turn %s for a %s into what the host does not have', (text, type, expected) => {
    expect(problemsOf(() => repositoryFor(parseRepository(text), type))).toEqual([expect.stringContaining(expected)]);
  });
});

describe('a message', () => {
  test.each([
    'allowed are https://host/owner/name, ssh://git@host/owner/name and git@host:owner/name',
    'repo "git@github.com:o/n.git" is outside',
  ])('keeps the user that every host has: %s', (text) => expect(withoutSecrets(text)).toBe(text));
  test.each([
    ['repo "https://ada:secret@host/o/n"', 'repo "https://***@host/o/n"'],
    ['repo "https://git:secret@host/o/n"', 'repo "https://***@host/o/n"'],
    ['repo "https://git@secret@host/o/n"', 'repo "https://***@host/o/n"'],
    ['repo "secret@host:o/n"', 'repo "***@host:o/n"'],
  ])('has no other: %s', (text, expected) => expect(withoutSecrets(text)).toBe(expected));
});
