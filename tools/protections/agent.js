// @ts-check
// What keeps the program in the pod from doing what the agent, the repository or the remote would have it do.
import { protections } from './protection.js';

const GIT = 'src/agent/git.ts';
const PROTECTED_PATHS = 'test/agent/protected-paths.test.ts';
const NAMED_PATHS = 'test/tasks/named-paths.test.ts';
const PROTECTED_RUNS = 'test/agent/protected-runs.test.ts';

export const AGENT = [
  ...protections('src/agent/credential.ts', 'test/agent/credential.test.ts', [
    ['the credential helper answers for one protocol', 'asked.protocol !== own.protocol.slice(0, -1) || ', ''],
    ['the credential helper answers for one host', ' || asked.host !== own.host', ''],
    [
      'the credential helper answers for one repository',
      'path(asked.path) !== path(decodeURIComponent(own.pathname))',
      'false',
    ],
    ['ssh takes known hosts alone', "'StrictHostKeyChecking=yes'", "'StrictHostKeyChecking=no'"],
    ["ssh takes the run's key alone", "'IdentitiesOnly=yes',", ''],
    ["ssh has nobody's configuration", "'-F',\n    'none',", ''],
    ['ssh asks nobody', "'BatchMode=yes',", ''],
    ['the key of ssh is for one user', "{ mode: 0o600, flag: 'wx' }", "{ mode: 0o644, flag: 'wx' }"],
  ]),
  ...protections('src/agent/credential.ts', 'test/agent/git.test.ts', [
    ['git asks no other credential helper', "['credential.helper', ''],", ''],
  ]),
  ...protections(GIT, 'test/agent/git.test.ts', [
    ["git has nobody's configuration", "GIT_CONFIG_GLOBAL: '/dev/null',", ''],
    ["git has not the machine's configuration", "GIT_CONFIG_NOSYSTEM: '1',", ''],
    ["git has nobody's home", "HOME: '/nonexistent',", ''],
    ['git asks nobody for a password', "GIT_TERMINAL_PROMPT: '0',", ''],
    [
      "git gets nothing of the program's environment",
      '...this.machine.environment,',
      '...process.env, ...this.machine.environment,',
    ],
    ['git runs no hook', "['core.hooksPath', '/dev/null'],", ''],
    ['git starts no file system monitor', "['core.fsmonitor', 'false'],", ''],
    ['git hides no file that a configuration ignores', "['core.excludesFile', '/dev/null'],", ''],
    ['git runs no filter of a configuration', "['core.attributesFile', '/dev/null'],", ''],
    ['git speaks no other protocol', "['protocol.allow', 'never'],", ''],
  ]),
  ...protections('src/agent/push.ts', 'test/agent/pushed.test.ts', [
    [
      'nothing is delivered that the remote does not show',
      "await remote('push', '--quiet', git.repository, `${commit}:${ref}`);\n    return await verified(commit);",
      "await remote('push', '--quiet', git.repository, `${commit}:${ref}`);\n    return commit;",
    ],
    ['the commit that the remote shows is the one that was pushed', 'seen !== pushed', "seen === '\\0'"],
    [
      "a push goes to the run's own repository",
      "await remote('push', '--quiet', git.repository, `${commit}:${ref}`)",
      "await remote('push', '--quiet', 'origin', `${commit}:${ref}`)",
    ],
    [
      "the run's own repository is asked for the commit",
      "remote('ls-remote', git.repository, ref)",
      "remote('ls-remote', 'origin', ref)",
    ],
    [
      'a push is never forced',
      "'--quiet', git.repository, `${commit}:${ref}`",
      "'--quiet', git.repository, `+${commit}:${ref}`",
    ],
  ]),
  ...protections('src/agent/opencode.ts', 'test/agent/opencode.test.ts', [
    [
      "OpenCode gets nothing of the program's environment",
      '...machine.environment,',
      '...process.env,\n      ...machine.environment,',
    ],
    ["OpenCode leaves the repository's configuration alone", '...(!allowRepositoryConfig && OWN_CONFIG_ONLY),', ''],
    ['OpenCode fetches no list of models', "OPENCODE_DISABLE_MODELS_FETCH: '1',", ''],
    ['OpenCode never shares', "OPENCODE_DISABLE_SHARE: '1',", ''],
    ['OpenCode downloads no language server', "OPENCODE_DISABLE_LSP_DOWNLOAD: '1',", ''],
    ['OpenCode installs nothing into its configuration', 'chmodSync(directory, 0o555);', ''],
    ['no process of the agent outlives OpenCode', '    endMarked(mark);\n', ''],
  ]),
  ...protections('src/agent/opencode.ts', 'test/agent/forged.test.ts', [
    ['no process that hides outlives OpenCode', '    endOthers();\n', '', 'is alone when the work is committed'],
  ]),
  ...protections('src/agent/main.ts', 'test/agent/forged.test.ts', [
    ['a signal opens no debugger', "process.on('SIGUSR1', () => {});", '', 'SIGUSR1'],
  ]),
  ...protections('src/agent/opencode.ts', 'test/agent/untrusted.test.ts', [
    [
      "the repository's own configuration starts nothing",
      '...(!allowRepositoryConfig && OWN_CONFIG_ONLY),',
      '',
      'in a repository that nobody should trust',
    ],
  ]),
  ...protections('src/agent/worktree.ts', 'test/agent/untrusted.test.ts', [
    [
      'no plugin of the repository is checked out',
      '...(allowPlugins ? [] : PLUGINS.map((path) => `!${pattern(path)}`)),',
      '',
      'in a repository that nobody should trust',
    ],
    ["a link in the place of OpenCode's folder is not followed", 'rmSync(configuration);', '', 'a link in the place'],
  ]),
  ...protections('src/agent/clone.ts', 'test/agent/start.test.ts', [
    [
      "the agent's own git does not push",
      "await git.run(directory, ['config', 'remote.origin.pushurl', 'disabled://the-runner-pushes']);",
      '',
    ],
    ['only trailers say what was delivered', "outcome === 'delivered' && attempt.test(by)", 'true'],
  ]),
  ...protections('src/agent/submodules.ts', 'test/agent/tree.test.ts', [
    ['work in a submodule is named', 'if (await holdsWork(index, path, commit)) {', 'if (false) {'],
  ]),
  ...protections('src/agent/head.ts', 'test/agent/trust.test.ts', [
    [
      "nothing is read in the agent's repository",
      '.run(repository, log);',
      '.run(worktree.directory, log);',
      'signature',
    ],
  ]),
  ...protections('src/agent/start.ts', 'test/agent/start.test.ts', [
    ['a checkpoint says that it is one', "outcome !== 'checkpoint' || ", ''],
    ['a checkpoint is of the same run', ' || withoutAttempt(run) !== runs', ''],
    ['an attempt that had the same number before is another one', 'time >= made', 'true'],
    ['work that is put aside is not forced', '`${commit}:refs/heads/${branch}`', '`+${commit}:refs/heads/${branch}`'],
  ]),
  ...protections('src/agent/checkpoints.ts', 'test/agent/refused-checkpoints.test.ts', [
    [
      'a checkpoint replaces its own predecessor alone',
      '`--force-with-lease=${ref}:${old}`',
      "'--force'",
      'gets none where somebody',
    ],
  ]),
  ...protections('src/agent/sandbox.ts', 'test/agent/sandbox.test.ts', [
    [
      'the sandbox is open when the metadata service answers',
      "{ what: 'the metadata service', host: '169.254.169.254', port: 80 },",
      '',
    ],
    [
      'the sandbox is open when the API server answers',
      "{ what: 'the API server', host,",
      "{ what: 'the API server', host: '192.0.2.1',",
    ],
    ['a refusal is an answer', " || (answer === 'refused' && nobody !== 'refused')", ''],
  ]),
  ...protections('src/agent/run.ts', 'test/agent/refusals.test.ts', [
    ['a run looks at its sandbox first', 'if (settings.sandboxTest) await', 'if (false) await', 'sandbox-open'],
  ]),
  ...protections('src/run/protected-globs.ts', PROTECTED_PATHS, [
    ['what runs on a push is protected', "'/.github/**', ", '', 'a protected path'],
    ['what a host reads in any folder is protected', "'Jenkinsfile', ", '', 'a protected path'],
    ['hooks are protected', "'.husky/**', ", '', 'a protected path'],
    ['what an opened folder runs is protected', "'.devcontainer/**', ", '', 'a protected path'],
    ['what the next agent follows is protected', "'AGENTS.md', ", '', 'a protected path'],
  ]),
  ...protections('src/agent/folded.ts', PROTECTED_PATHS, [
    ['a protected path is one in any case', 'path.toLowerCase()', 'path', 'in any case'],
    ['a protected path is one in letters that fold to ASCII', '.toUpperCase()', '', 'in any case'],
    ['a protected path is one with letters that a file system ignores', ".replace(IGNORED, '')", '', 'in any case'],
  ]),
  ...protections('src/agent/protected-paths.ts', PROTECTED_PATHS, [
    [
      'a link does not lead around protected paths',
      '(isLink ? ABOVE_OR_PROTECTED : PROTECTED)',
      'PROTECTED',
      'is a link',
    ],
    ['a protected path may have any bytes', "start, tree, 'latin1')", 'start, tree)', 'no text'],
    [
      'a name in capital letters is protected in any folder',
      ' || asWritten.test(spelled(path))',
      '',
      'a protected path is',
    ],
    ['a name in capital letters is one with letters that a file system ignores', 'spelled(path)', 'path', 'joiner'],
    [
      'such a name is protected in any case at the top',
      ', ...inCapitals.map((glob) => `/${glob}`)]',
      ']',
      'in any case',
    ],
    ['a task allows only what it names by itself', '.filter(isProtected)', '', 'says'],
    ['a task forbids a part of what it allows', ' && !isForbidden(glob)', '', 'says'],
    [
      'the environment forbids what tasks allow',
      "allowNamedByTask ? (task ?? '') : ''",
      "task ?? ''",
      'does not forbid',
    ],
    ['what is lost when a path stays is named', 'never.add(file);', '{}', 'in the way'],
    ['a bare repository counts as it will be committed', 'taken, stay)', 'taken, [])', 'protected and stays'],
  ]),
  ...protections('src/agent/globs.ts', 'test/agent/globs.test.ts', [
    [
      'what is allowed is so in its own case',
      'piece[at] === name[index]',
      'piece[at]?.toLowerCase() === name[index]?.toLowerCase()',
    ],
    ['a star of an allowed path keeps to one folder', "piece === '**'", "piece.includes('*')"],
  ]),
  ...protections('src/tasks/named-paths.ts', NAMED_PATHS, [
    ['a task allows nothing that it forbids', 'if (clause.forbids || (clause.within', 'if ((clause.within', 'forbids'],
    ['a task allows nothing in brackets behind what forbids it', 'within?.forbids ?? false', 'false', 'forbids'],
    ['a task allows nothing that brackets behind it forbid', 'outer.forbids = true;', '{}', 'forbids'],
    ['a task allows nothing that its next clause forbids', 'read.lastNamed.forbids = true;', '{}', 'forbids'],
    [
      'a task allows nothing of a list that its heading forbids',
      'isBelow ? heading : undefined',
      'undefined',
      'forbids',
    ],
    ['a document that a task goes by is not allowed', 'isRead: clause.reads ||', 'isRead:', 'goes by'],
    ['what a task runs or describes is not allowed', ' || readsNext || ', ' || ', 'goes by'],
    ['a path of a task that says something is not allowed', ' || groups.source !== undefined', '', 'goes by'],
    ['a list of documents below a heading is not allowed', 'heading?.reads ?? false', 'false', 'goes by'],
    ['a task allows no ordinary word', '(quoted && /[./]|^[A-Z_]{2,}$/.test(path))', 'true', 'name'],
    ['a task names nothing outside of the repository', "!['', '.', '..'].includes(name)", 'true', 'name'],
  ]),
  ...protections('src/tasks/blocks.ts', NAMED_PATHS, [
    ['a task allows nothing that is struck through', ".replace(STRUCK, ' ')", '', 'forbids'],
    ['a task allows nothing in a comment', ".replace(/[^\\w\\s'’]/g, ' ')", '', 'forbids'],
    ['a task allows nothing in code', 'isFence || inCode || ', 'isFence || ', 'forbids'],
    [
      'a sentence goes on in the next line',
      'open.lines.push(line);',
      'found.push({ ...open, lines: [line] });',
      'forbids',
    ],
  ]),
  ...protections('src/tasks/cues.ts', NAMED_PATHS, [
    ['a sentence ends at no abbreviation', '(?<!\\b(?:e\\.g|', '(?<!\\b(?:', 'forbids'],
    ['a sentence ends before no path', '(?= (?:[A-Z][a-z]|[A-Z] ))', '(?= )', 'forbids'],
    ['everything but a path forbids it', '  `\\\\bbut ${ARTICLES}(?=${PATH})`,\n', '', 'forbids'],
  ]),
  ...protections('src/agent/bare-repositories.ts', PROTECTED_PATHS, [
    ['no run makes a bare repository', 'if (candidates.length === 0) return [];', 'return [];', 'bare'],
    [
      'a folder with objects and refs is a bare repository',
      "(names.has('objects') && names.has('refs'))",
      'false',
      'bare',
    ],
    ['a folder with commondir is a bare repository', "names.has('commondir') || ", '', 'bare'],
    [
      'a bare repository is one in any case',
      "folded(Buffer.from(path, 'latin1').toString())",
      "Buffer.from(path, 'latin1').toString()",
      'bare',
    ],
    ['no run configures a bare repository', "'config', ", '', 'bare'],
    ['no run adds hooks to a bare repository', "'hooks', ", '', 'bare'],
  ]),
  ...protections('src/agent/task.ts', PROTECTED_RUNS, [
    [
      'a prompt allows no protected path: an agent may have written it',
      'task: task.text',
      'task: instructions',
      'that its task names',
    ],
  ]),
  ...protections('src/agent/run.ts', PROTECTED_RUNS, [
    [
      'the result names the protected paths that were left out',
      'findings.protectedPaths = firstNames(notInIt);',
      '{}',
      'unfinished',
    ],
  ]),
  ...protections('src/agent/check.ts', 'test/agent/check.test.ts', [
    ['a check changes nothing', "'push', '--dry-run',", "'push',", 'changes nothing there'],
  ]),
  ...protections('src/agent/events.ts', 'test/agent/events.test.ts', [
    ['a refused tool is no good end', 'if (progress.rejected) return', 'if (false) return'],
    ['an end in the middle is no good end', "progress.lastReason !== 'stop'", 'false'],
    ['an error of the model is no good end', 'if (progress.error) return progress.error;', ''],
    ['another exit code is no good end', 'if (code !== 0) return', 'if (false) return'],
  ]),
];
