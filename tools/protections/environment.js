// @ts-check
// Limits on the values of an environment and of a request.
import { protections } from './protection.js';

const SCHEMA = 'test/schema/environment.test.ts';
const RULES = 'test/schema/rules.test.ts';
const REPOSITORY = 'test/run/repository.test.ts';

export const ENVIRONMENT = [
  ...protections('src/schema/network.ts', SCHEMA, [
    ['an endpoint is no wider than /16', '(1[6-9]|2[0-9]|3[0-2])', '([0-9]|[12][0-9]|3[0-2])'],
    ['an endpoint is no wider than /32 by IPv6', '(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-8])', '([0-9]+)'],
    [
      'a host of the schema is one name',
      '([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]',
      '([a-z0-9*]([a-z0-9-]*[a-z0-9])?[.])+[a-z]',
    ],
    ['the schema asks for a profile', ".min(1, 'must name at least one profile')", ''],
    ['the schema asks for a name', ".min(1, 'must name at least one')", ''],
  ]),
  ...protections('src/schema/git.ts', SCHEMA, [
    [
      'no repository is allowed by itself',
      ".default([])\n      .describe(\n        'URL prefixes",
      ".default(['https://github.com/'])\n      .describe(\n        'URL prefixes",
    ],
    ['a prefix of repositories names a host', '[^\\\\s@/A-Z]+(', '[^\\\\s@/A-Z]*('],
  ]),
  ...protections('src/schema/task.ts', SCHEMA, [
    [
      "the repository's own configuration is off by itself",
      '.default(false)\n      .describe(\n        "Let the',
      '.default(true)\n      .describe(\n        "Let the',
    ],
  ]),
  ...protections('src/schema/runner.ts', SCHEMA, [
    ['a digest is whole', '/^(sha256:[0-9a-f]{64})?$/', '/^(sha256:[0-9a-f]*)?$/'],
  ]),
  ...protections('src/schema/model.ts', SCHEMA, [
    ["the URL of the model's API has no user and no key", '[^\\s/?#@]+(', '[^\\s/?#]+('],
  ]),
  ...protections('src/schema/fields.ts', SCHEMA, [
    ['an allowed path stays inside the repository', '`([^/.\\s', '`([^/\\s', 'protected path'],
    ['an allowed path is not everything', '*[A-Za-z0-9][^/\\s\\\\]*(/', '*[^/\\s\\\\]+(/', 'protected path'],
  ]),
  ...protections('src/schema/environment.ts', SCHEMA, [
    ['an unknown field is refused', 'environmentSchema = z.strictObject', 'environmentSchema = z.object'],
  ]),
  ...protections('src/schema/rules.ts', RULES, [
    [
      'no environment opens a metadata service by name',
      "patterns: ['^metadata[.]', '^instance-data[.]']",
      'patterns: []',
    ],
  ]),
  ...protections('src/schema/rule.ts', RULES, [
    ['no environment gives runs the cloud identity', 'return new Set(values).size === values.length;', 'return true;'],
    ['no environment opens a metadata service', 'rule.patterns.some((pattern) => matches(value, pattern))', 'false'],
    ['groups are for credentials that there are', "value === '' || known.includes(value)", 'true'],
    [
      'a quota has room for both containers of a run',
      'sumOf(rule.quantities.map(',
      'sumOf(rule.quantities.slice(0, 1).map(',
    ],
    [
      "no environment makes the Secret of an App's key",
      'return !all(rule.path).some((value) => value !== undefined && others.includes(value));',
      'return true;',
    ],
    [
      'a deadline is longer than the time to end',
      'return Number(one(rule.number)) > Number(one(rule.other));',
      'return true;',
    ],
  ]),
  ...protections('src/release/validate.ts', 'test/release/validate.test.ts', [
    ['the chart asks for every rule', '${RULES.map(checkOf)', '${RULES.slice(1).map(checkOf)', 'template of the rules'],
    ['the chart fails where a rule is broken', '{{- fail (printf', '{{- $_ := (printf', 'fails where not: egress'],
    [
      'the chart opens no metadata service',
      "const wrong = matches(rule.path, rule.patterns.join('|'));",
      "const wrong = matches(rule.path, '^$');",
      'fails where not: egress',
    ],
    [
      'the chart gives no run the cloud identity',
      "return 'ne (len $names) (len (uniq $names))';",
      "return 'false';",
      'fails where not: serviceAccount',
    ],
  ]),
  ...protections('src/release/chart.ts', 'test/release/validate.test.ts', [
    [
      'the chart looks at its values',
      '`{{- include "${CHART_NAME}.validate" . }}\\n`',
      '``',
      'fails where not: egress',
    ],
  ]),
  ...protections('src/run/repository.ts', REPOSITORY, [
    [
      'a prefix of repositories ends at a segment',
      'repository.identity.startsWith(`${covered}/`)',
      'repository.identity.startsWith(covered)',
    ],
    ['a prefix that ends with a slash is no repository', " && !path?.endsWith('/')", ''],
    ['a folder is no repository within itself', ' && repository.identity !== `${covered}/`', ''],
    ['a prefix of HTTPS allows no HTTP', "(repository.protocol === 'http') !== (protocol === 'http')", 'false'],
    [
      'a repository is no local path or program',
      "protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh'",
      "protocol === ''",
    ],
    ['a repository carries no password', "url.password !== '' || ", "url.password === '\\0' || "],
    [
      'a path of a repository has no odd characters',
      "/^[\\p{L}\\p{M}\\p{N}_.~+ &,!'()-]+$/u.test(part)",
      "part !== ''",
    ],
    ['two texts for one path are one repository', "encodeURIComponent(part).replaceAll('%2B', '+')", 'part'],
    ['a page is no repository', 'if (page !== undefined)', 'if (page === null)'],
    ['no URL is made that the host does not have', 'if (organization) {', "if (organization === '') {"],
    ['a host is no option', "url.host.startsWith('-') || ", ''],
    ['a user is no option, and no other host', '|| !isUser', ''],
    ['a refusal prints no password', ".replace(/:\\/\\/(?!git@[\\w.-]+[/:])[^\\s\"]*@/g, '://***@')", ''],
  ]),
  ...protections('src/run/request.ts', 'test/run/request-refusals.test.ts', [
    ['a request names an allowed repository', '!isAllowed(given, settings.repositories)', 'false'],
    ['a request asks for an allowed profile', '!egress || !settings.egress.includes(egress)', '!egress'],
    [
      'a request names a credential of the environment',
      '.find(({ name }) => name === (request.credential ?? credentials[0]))',
      '[0]',
    ],
  ]),
  ...protections('src/run/input.ts', 'test/run/input-checks.test.ts', [
    ['a path leaves no repository', "part === '..' || ", ''],
    ['a path does not begin at the root', "path?.startsWith('/') || ", ''],
    ["a path is none of git's own", " || part === '.git'", ''],
    ['a path has nothing that a terminal obeys', "if (hasControls(path ?? ''))", 'if (false)'],
    ['a path is not too long', 'if (bytes > PATH_BYTES)', 'if (false)'],
    ['a task id has nothing that a terminal obeys', 'if (hasControls(id))', 'if (false)'],
    ['a task id is short', 'if (length > TASK_ID_LENGTH)', 'if (false)'],
  ]),
  ...protections('src/run/input.ts', 'test/run/input.test.ts', [
    ['a commit is one', 'if (checkout && !COMMIT.test(checkout))', 'if (false)'],
  ]),
  ...protections('src/run/branch.ts', 'test/run/branch.test.ts', [
    ['a branch is no option', "(b) => b.startsWith('-')", '() => false'],
    ['a branch is no other ref', "(b) => b.startsWith('refs/')", '() => false'],
    ['a branch is no refspec', '(b) => /[~^:?*[\\\\]/.test(b)', '() => false'],
    ['a branch has nothing that a terminal obeys', "b.includes(' ') || hasControls(b)", "b.includes(' ')"],
  ]),
  ...protections('src/run/controls.ts', 'test/run/controls.test.ts', [
    ['control characters are what a terminal obeys', '  [0x00, 0x1f],\n', ''],
    ['those of C1 are, too', '[0x7f, 0x9f]', '[0x7f, 0x7f]'],
    ['separators of lines and what turns the direction are, too', '  [0x2028, 0x202e],\n', ''],
    ['a message shows none of them', 'text.replace(CONTROLS, (one) =>', "text.replace('', (one) =>"],
  ]),
  ...protections('src/run/bundle.ts', 'test/run/bundle.test.ts', [
    ['recovered work becomes a branch and no other ref', "checkBranch(name, 'the branch of the bundle');", ''],
    ['recovered work is what the run wrote', ' || sha256(bytes) !== hash', ''],
  ]),
];
