// @ts-check
// What leaves the pod: the log, the commits, the result.
import { protections } from './protection.js';

const REDACTOR = 'test/runner/redactor.test.ts';
const TREE = 'test/runner/tree.test.ts';

/** @param {string} path @param {string} text @param {string} [off] */
const leftOut = (path, text, off = '') => /** @type {const} */ ([`${path} is in no commit`, text, off]);

/** @param {string} path @param {string} text @param {string} off */
const OpenCodes = (path, text, off) =>
  /** @type {const} */ ([`${path} is OpenCode's, in no commit and not named`, text, off]);

export const OUTPUT = [
  ...protections('src/runner/secrets/forms.ts', REDACTOR, [
    ['a secret is taken out as it is', '    value,\n    ...lines,', '    ...lines,'],
    ['a secret is taken out line by line', '    ...lines,\n', ''],
    ['a secret is taken out of JSON', '    json,\n', ''],
    ['a secret is taken out of a URL', 'encodeURIComponent(value), ', ''],
    ['a secret is taken out of the form of a page', 'inForm, ', ''],
    ['a secret is taken out of a URL that escapes every sign', 'value.replace(SIGNS, percent), ', ''],
    ['a secret is taken out of a URL that escapes every byte', ', percent(value)]', ']'],
    ['a secret is taken out of a URL with small letters', 'byte.toLowerCase()', 'byte.toUpperCase()'],
    ['a secret is taken out of HTML', '    ...htmlOf(value),\n', ''],
    ['a secret is taken out of HTML with numbers', '(point) => `&#${point};`,', ''],
    ['a secret is taken out of HTML with hex numbers', '(point) => `&#x${point.toString(16)};`,', ''],
    ['a secret is taken out of HTML with names', '[NAMES, {', '[{'],
    ['a secret is taken out of HTML with numbers for all signs', ', SIGNS, EVERYTHING]', ', EVERYTHING]'],
    ['a secret is taken out of HTML with numbers for all', ', SIGNS, EVERYTHING]', ', SIGNS]'],
    ['a secret is taken out of hex', '[hex(value), hex', '[hex'],
    ['a secret is taken out of hex with capital letters', '[hex(value), hex(value).toUpperCase()]', '[hex(value)]'],
    ['a secret is taken out of base64', '    ...inBase64,\n', ''],
    ['a secret is taken out of base64 wherever it starts', '[0, 1, 2].flatMap', '[0].flatMap'],
    [
      'a secret is taken out of the base64 of URLs',
      "[whole, whole.replaceAll('+', '-').replaceAll('/', '_')]",
      '[whole]',
    ],
    ['a secret is taken out of the base64 of its base64', '    ...inBase64.flatMap(base64Of),\n', ''],
    ['a secret is taken out that is reversed', '    ...reversed(value),\n', ''],
    ['a secret is taken out in other cases', '    ...inOtherCases(value),\n', ''],
  ]),
  ...protections('src/runner/secrets/gaps.ts', REDACTOR, [
    ['a secret is taken out over the signs of JSON', '(?:\\\\(?:[nrt]|u0000)|[\\s', '(?:[\\s'],
    ['a secret is taken out over the signs of a shell', '  gaps(/[\\s\\0\\-*#/>+"\'`,\\\\]+/g, SHORTEST),\n', ''],
    ['what is short without signs stays', 'const SHORTEST = 12;', 'const SHORTEST = 4;'],
  ]),
  ...protections('src/runner/secrets/redactor.ts', REDACTOR, [
    ['a secret is taken out that is broken over lines', '[BREAKS, ...BETWEEN_PARTS]', 'BETWEEN_PARTS'],
    ['a secret is taken out that is broken over literals and comments', '[BREAKS, ...BETWEEN_PARTS]', '[BREAKS]'],
    ["GitHub's tokens are known by their shape", '/\\bgh[pousr]_\\w[\\w.-]{19,}/,', ''],
    ["GitHub's fine-grained tokens are known by their shape", '/\\bgithub_pat_\\w{20,}/,', ''],
    ["GitLab's tokens are known by their shape", '/\\bglpat-[\\w-]{20,}/,', ''],
    ["models' keys are known by their shape", '/\\bsk-[\\w-]{20,}/,', ''],
    ["Slack's tokens are known by their shape", '/\\bxox[abprs]-[\\w-]{10,}/,', ''],
    ["AWS's keys are known by their shape", '/\\bAKIA[0-9A-Z]{16}\\b/,', ''],
    ["Google's keys are known by their shape", '/\\bAIza[\\w-]{35}/,', ''],
    ['signed tokens are known by their shape', "(rest ? '***' : all)", 'all'],
    [
      'private keys are known by their shape',
      '/-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/,',
      '',
    ],
  ]),
  ...protections('src/runner/process/log.ts', 'test/runner/log.test.ts', [
    ['no line of the log has a secret', 'const redacted = this.redact(text);', 'const redacted = text;'],
    [
      'a renewed secret is one, too',
      'redact(text: string): string {\n    this.redactor.hide(this.values());',
      'redact(text: string): string {',
    ],
    [
      'a line is not cut within a secret',
      "for (const line of this.redact(lines.join('\\n')).split('\\n')) this.line",
      'for (const line of lines) this.line',
    ],
  ]),
  ...protections('src/runner/run.ts', 'test/runner/failures.test.ts', [
    [
      'no file with a credential is pushed',
      'secrets: () => log.secrets(),',
      'secrets: () => [],',
      'when a file holds a credential',
    ],
  ]),
  ...protections('src/runner/save/deliver.ts', 'test/runner/failures.test.ts', [
    [
      'what cannot be pushed is not delivered',
      'if (made.leftOut.length > 0) {',
      'if (false) {',
      'when a file holds a credential',
    ],
  ]),
  ...protections('src/runner/commit/refused.ts', 'test/runner/refused.test.ts', [
    ['files are searched for credentials', 'onData: (chunk) => search.take(chunk)', 'onData: () => {}'],
    ['names of files are searched', ' || search.isNamed(file.path)', ''],
    ['files that no host takes are left out', 'Number(sizes[index]) > LARGEST', 'false'],
    [
      'submodules that nobody can fetch are left out',
      '...pointers.map((file) => ({ file,',
      '...pointers.slice(0, 0).map((file) => ({ file,',
    ],
  ]),
  ...protections('src/runner/secrets/secret-search.ts', 'test/runner/secret-search.test.ts', [
    ['a credential within a line is found', 'this.whole.isIn(text)', 'false'],
    ['a credential in UTF-16 is found', ', ...long.flatMap(inUtf16)]', ']'],
    ['a credential that is broken over lines is found', '[BREAKS, ...BETWEEN_PARTS]', 'BETWEEN_PARTS'],
    ['a credential that is broken over literals and comments is found', '[BREAKS, ...BETWEEN_PARTS]', '[BREAKS]'],
  ]),
  ...protections('src/runner/commit/message.ts', 'test/runner/message.test.ts', [
    ['no title is cut within a secret', 'const redacted = redact(title);', 'const redacted = title;'],
    ['no summary is cut within a secret', 'redact(work.summary)', 'work.summary'],
    ['no subject of the agent is cut within a secret', '${redact(line).slice', '${line.slice'],
    ['no secret is broken over the parts of a message', '${redact(body)}', '${body}'],
    ['a NUL within a secret does not hide it', ".replaceAll('\\0', '');\n", ';\n'],
  ]),
  ...protections('src/runner/paths/protected-paths.ts', 'test/runner/protected-paths.test.ts', [
    leftOut('any tasks.md', "'**/tasks.md',"),
    leftOut('tasks_meta.json', "'**/tasks_meta.json',"),
    leftOut('.async_state', "'**/.async_state/**',"),
    leftOut('a worktree of another task', "'/.agentic-sdlc/worktrees/**',"),
    leftOut('.git-credentials', "'**/.git-credentials',"),
    leftOut('.netrc', "'**/{.,_}netrc',"),
    leftOut('a repository of another version control system', "'**/{.hg,.jj,.sl}/**',"),
    ...['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) =>
      OpenCodes(`.opencode/${name}`, `'${name}'`, "'none'"),
    ),
    OpenCodes('.opencode/node_modules', '`/${NEVER_READ}`,', ''),
  ]),
  ...protections('src/runner/work/tree.ts', 'test/runner/work/decide.test.ts', [
    [
      'a worktree is looked at in the workspace alone',
      'checkFolder(git.workspace, worktree);',
      '',
      'is not read outside',
    ],
  ]),
  ...protections('src/runner/git/add.ts', TREE, [
    [
      'a repository within is committed as its files',
      'found.push(...(await pathsWithin(index, path)));',
      'await pathsWithin(index, path);',
    ],
    ['git looks at copies alone', '{ ...index, worktree: staging.folder }, copied', 'index, copied'],
  ]),
  ...protections('src/runner/git/staging.ts', 'test/runner/staging.test.ts', [
    ['no link on the way to a file is followed', 'O_RDONLY | O_DIRECTORY | O_NOFOLLOW', 'O_RDONLY | O_DIRECTORY'],
    ['no copy goes where a link leads', 'folders.some((one) => this.links.has(one))', 'false'],
  ]),
  ...protections('src/run/result.ts', 'test/run/result.test.ts', [
    [
      'a result fits into the termination message',
      'Buffer.byteLength(line) <= RESULT_BYTES',
      'line.length <= RESULT_BYTES',
    ],
    ['a result that is delivered names its commit', "outcome !== 'delivered' || commit !== undefined", 'true'],
    ['a commit of a result is one', '[commit, baseCommit].every(isCommit)', 'true'],
    ['what is said of saved work is looked at', 'isSalvage(salvage) &&', ''],
    ['the names of protected paths are looked at', 'areNames(protectedPaths) &&', ''],
  ]),
  ...protections('src/cluster/run-state.ts', 'test/cluster-client/run-state.test.ts', [
    [
      'an outcome counts with its exit code alone',
      'OUTCOMES[result.outcome].exitCode === state?.terminated?.exitCode',
      'true',
    ],
    ["a result counts for its pod's own task", 'task === ownTask && ', ''],
    ["a result counts for its pod's own branch", ' && ownBranch !== undefined && isOwnBranch(branch, ownBranch)', ''],
  ]),
];
