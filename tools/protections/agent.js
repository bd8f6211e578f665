// @ts-check
// Protections of the program in the pod against the agent, the repository and the remote.
import { protections } from './protection.js';

const GIT = 'src/runner/git/git.ts';
const PROTECTED_PATHS = 'test/runner/protected-paths.test.ts';
const NAMED_PATHS = 'test/tasks/named-paths.test.ts';
const PROTECTED_RUNS = 'test/runner/protected-runs.test.ts';

export const AGENT = [
  ...protections('src/runner/git/credential.ts', 'test/runner/credential.test.ts', [
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
  ...protections('src/runner/git/credential.ts', 'test/runner/git.test.ts', [
    ['git asks no other credential helper', "['credential.helper', ''],", ''],
  ]),
  ...protections(GIT, 'test/runner/git.test.ts', [
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
  ...protections('src/runner/save/push.ts', 'test/runner/pushed.test.ts', [
    ['nothing is delivered that the remote does not show', 'return await verified(commit);', 'return commit;'],
    ['the commit that the remote shows is the one that was pushed', 'if (seen !== pushed', "if (seen === '\\0'"],
    [
      'a commit that is not below what the remote shows is not delivered',
      'return git.isAncestor(repository, pushed, head);',
      'return true;',
    ],
    ["a push goes to the run's own repository", '...lease, git.repository,', "...lease, 'origin',"],
    [
      "the run's own repository is asked for the commit",
      "remote('ls-remote', git.repository, ref)",
      "remote('ls-remote', 'origin', ref)",
    ],
    [
      'a push is never forced',
      '...lease, git.repository, `${commit}:${ref}`',
      '...lease, git.repository, `+${commit}:${ref}`',
    ],
    ['no branch of somebody else is moved for what is put aside', 'if (isNew && !own)', 'if (isNew && own === null)'],
  ]),
  ...protections('src/runner/opencode/launch.ts', 'test/runner/opencode/opencode.test.ts', [
    [
      "OpenCode leaves the repository's configuration alone",
      '...(!settings.allowRepositoryConfig && OWN_CONFIG_ONLY),',
      '',
    ],
    ['OpenCode fetches no list of models', "OPENCODE_DISABLE_MODELS_FETCH: '1',", ''],
    ['OpenCode never shares', "OPENCODE_DISABLE_SHARE: '1',", ''],
    ['OpenCode downloads no language server', "OPENCODE_DISABLE_LSP_DOWNLOAD: '1',", ''],
    ['OpenCode asks the door', 'options: { ...options, baseURL: url, apiKey: key },', 'options,'],
  ]),
  ...protections('src/runner/opencode/opencode.ts', 'test/runner/opencode/opencode.test.ts', [
    ['an agent that was killed is told as such', 'if (begins > 1)', 'if (false)'],
    ['a model that does not answer is no stalled agent', "modelProblem() === ''", 'true'],
  ]),
  ...protections('src/run/agent-entry.ts', 'test/runner/opencode/agent-entry.test.ts', [
    ['no process of the agent outlives its run', 'kill -s KILL -- -1 2> /dev/null || kill -9 -1 2> /dev/null', ':'],
    [
      "nothing of the agent's runs before the runner says so",
      'until [ -f "$control/start" ]',
      'until true || [ -f "$control/start" ]',
    ],
  ]),
  ...protections('src/run/agent-entry.ts', 'test/runner/untrusted.test.ts', [
    ['OpenCode installs nothing into its configuration', '{"@opencode-ai/plugin":"*"}', '{}'],
  ]),
  ...protections('src/runner/git/regular-file.ts', 'test/runner/opencode/agent-entry.test.ts', [
    [
      "a link in the place of the agent's status is not followed",
      'O_RDONLY | O_NONBLOCK | O_NOFOLLOW',
      'O_RDONLY | O_NONBLOCK',
    ],
  ]),
  ...protections('src/runner/opencode/launch.ts', 'test/runner/untrusted.test.ts', [
    [
      "the repository's own configuration starts nothing",
      '...(!settings.allowRepositoryConfig && OWN_CONFIG_ONLY),',
      '',
      'in a repository that nobody should trust',
    ],
  ]),
  ...protections('src/runner/start/worktree.ts', 'test/runner/untrusted.test.ts', [
    [
      'no plugin of the repository is checked out',
      '...(allowPlugins ? [] : PLUGINS.map((path) => `!${pattern(path)}`)),',
      '',
      'in a repository that nobody should trust',
    ],
    ["a link in the place of OpenCode's folder is not followed", 'rmSync(configuration);', '', 'a link in the place'],
  ]),
  ...protections('src/runner/start/clone.ts', 'test/runner/start.test.ts', [
    ['only trailers say what was delivered', "outcome === 'delivered' && attempt.test(by)", 'true'],
  ]),
  ...protections('src/runner/work/submodules.ts', 'test/runner/tree.test.ts', [
    ['work in a submodule is named', 'if (await holdsWork(index, path, commit)) {', 'if (false) {'],
  ]),
  ...protections('src/runner/work/subjects.ts', 'test/runner/trust.test.ts', [
    ["nothing is read in the agent's repository", '.run(repository, log);', '.run(clone.directory, log);', 'signature'],
  ]),
  ...protections('src/runner/work/decide.ts', 'test/runner/work/decide.test.ts', [
    [
      'what is in the middle of a merge is not delivered',
      'if (agent.operation || unmerged.length > 0) {',
      'if (false) {',
    ],
    [
      'deletions without an index are not delivered',
      'const gone = paths.length > 0 ?',
      'const gone = true ?',
      'gone with the index',
    ],
    ['an old version that was only looked at is not delivered', 'if (old.length > 0) return', 'if (false) return'],
    [
      'what stands on another commit is put on top of the task’s branch',
      'const onTop = onTask ? files :',
      'const onTop = true ? files :',
    ],
  ]),
  ...protections('src/runner/work/foreign.ts', 'test/runner/work/decide.test.ts', [
    ['a commit that the remote has is others’', 'if (code === 0) return true;', 'if (code === 0) return false;'],
  ]),
  ...protections('src/runner/start/start.ts', 'test/runner/start.test.ts', [
    ['a checkpoint says that it is one', "outcome !== 'checkpoint' || ", ''],
    ['a checkpoint is of the same run', ' || withoutAttempt(run) !== runs', ''],
    ['an attempt that had the same number before is another one', 'time >= made', 'true'],
    ['work that is put aside is not forced', '`--force-with-lease=${ref}:`', "'--force'"],
  ]),
  ...protections('src/runner/save/checkpoints.ts', 'test/runner/refused-checkpoints.test.ts', [
    [
      'a checkpoint replaces its own predecessor alone',
      '`--force-with-lease=${ref}:${old}`',
      "'--force'",
      'gets none where somebody',
    ],
  ]),
  ...protections('src/runner/process/sandbox.ts', 'test/runner/sandbox.test.ts', [
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
  ...protections('src/runner/run.ts', 'test/runner/refusals.test.ts', [
    ['a run looks at its sandbox first', 'if (settings.sandboxTest) await', 'if (false) await', 'sandbox-open'],
  ]),
  ...protections('src/run/protected-globs.ts', PROTECTED_PATHS, [
    ['what runs on a push is protected', "'/.github/**', ", '', 'a protected path'],
    ['what a host reads in any folder is protected', "'Jenkinsfile', ", '', 'a protected path'],
    ['hooks are protected', "'.husky/**', ", '', 'a protected path'],
    ['what an opened folder runs is protected', "'.devcontainer/**', ", '', 'a protected path'],
    ['what the next agent follows is protected', "'AGENTS.md', ", '', 'a protected path'],
  ]),
  ...protections('src/runner/paths/folded.ts', PROTECTED_PATHS, [
    ['a protected path is one in any case', 'path.toLowerCase()', 'path', 'in any case'],
    ['a protected path is one in letters that fold to ASCII', '.toUpperCase()', '', 'in any case'],
    ['a protected path is one with letters that a file system ignores', ".replace(IGNORED, '')", '', 'in any case'],
  ]),
  ...protections('src/runner/paths/protected-paths.ts', PROTECTED_PATHS, [
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
  ...protections('src/runner/paths/globs.ts', 'test/runner/globs.test.ts', [
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
    ['a task allows nothing that its next clause forbids', 'this.all.lastNamed.forbids = true;', '{}', 'forbids'],
    [
      'a task allows nothing of a list that its heading forbids',
      'isBelow ? heading : undefined',
      'undefined',
      'forbids',
    ],
    ['a document that a task goes by is not allowed', 'isRead: this.clause.reads ||', 'isRead:', 'goes by'],
    ['what a task runs or describes is not allowed', ' || this.readsNext || ', ' || ', 'goes by'],
    ['a path of a task that says something is not allowed', ' || isSource', '', 'goes by'],
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
  ...protections('src/runner/paths/bare-repositories.ts', PROTECTED_PATHS, [
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
  ...protections('src/runner/start/task.ts', PROTECTED_RUNS, [
    [
      'a prompt allows no protected path: an agent may have written it',
      'task: task.text',
      'task: instructions',
      'that its task names',
    ],
  ]),
  ...protections('src/runner/run.ts', PROTECTED_RUNS, [
    [
      'the result names the protected paths that were left out',
      'findings.protectedPaths = firstNames(notInIt);',
      '{}',
      'unfinished',
    ],
  ]),
  ...protections('src/runner/start/check.ts', 'test/runner/check.test.ts', [
    ['a check changes nothing', "'push', '--dry-run',", "'push',", 'changes nothing there'],
  ]),
  ...protections('src/runner/opencode/verdict.ts', 'test/runner/opencode/verdict.test.ts', [
    ['a refused tool is no good end', 'if (refused) return', 'if (false) return'],
    ['an end in the middle is no good end', "info?.finish !== 'stop'", 'false'],
    ['an error of the model is no good end', 'if (info?.error !== undefined) return describeError(info.error);', ''],
    [
      'an empty answer is no good end',
      'return said ? undefined : "the model\'s last answer was empty";',
      'return undefined;',
    ],
  ]),
  ...protections('src/runner/opencode/transcript.ts', 'test/runner/opencode/transcript.test.ts', [
    ['the same call again and again ends a run', 'if (session.calls < SAME_CALLS) return;', 'return;'],
    ['the same words again and again end a run', 'session.texts >= SAME_TEXTS', 'false'],
    ['steps without an end end a run', 'if (session.endless < ENDLESS_STEPS) return;', 'return;'],
    ['what a subagent uses counts', "if (type === 'session.created') this.adopt(properties.info);", ''],
  ]),
  ...protections('src/runner/opencode/turn.ts', 'test/runner/opencode/turn.test.ts', [
    ['nobody is asked, so that nothing waits', "action: 'deny' as const", "action: 'allow' as const"],
    ['what is asked all the same is refused', 'if (taken.asks) void answer(taken.asks);', ''],
    ['what was said while nobody listened is told', 'if (round > 0) await catchUp();', ''],
  ]),
  ...protections('src/runner/opencode/connection.ts', 'test/runner/opencode/turn.test.ts', [
    ['an answer without end is none', 'if (length > LONGEST)', 'if (false)'],
  ]),
];
