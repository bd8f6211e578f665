// @ts-check
// What keeps a checkout, a pod or a log from deciding what happens on the user's machine.
import { protections } from './protection.js';

const TREE = 'test/cli/hostile-tree.test.ts';
const PODS = 'test/cli/hostile-pods.test.ts';
const GIT = 'test/cli/user-git.test.ts';
const POISON = 'test/cli/poison.test.ts';
const TERMINAL = 'test/cli/terminal.test.ts';
const PRINTABLE = 'test/run/printable.test.ts';

/** @param {string} what @param {string} key @param {string} check */
const said = (what, key, check) =>
  /** @type {const} */ ([
    `a pod whose ${what} no user may give is skipped`,
    `  [ANNOTATIONS.${key}]: ${check},\n`,
    '',
    'works beside',
  ]);

export const MACHINE = [
  ...protections('src/cli/git/git-process.ts', TREE, [
    ['git runs no hook of the checkout', "['core.hooksPath', '/dev/null'],", '', 'hooks in the git directory'],
  ]),
  ...protections('src/cli/git/user-git.ts', TREE, [
    [
      'merge --into-branch does not push by a file of the tree',
      'if (included.length > 0) {',
      'if (included.length < 0) {',
      'can change',
    ],
    [
      'a task list is in the checkout that the user is in',
      'if (git.top && own === git.top)',
      'if (git.top)',
      'out of the checkout',
    ],
  ]),
  ...protections('src/cli/git/git-isolation.ts', GIT, [
    [
      "git uses what names no program of the checkout's configuration",
      'safe.filter(isHarmless)',
      'safe',
      'starts no program',
    ],
    [
      'git uses nothing of the configuration that is in the tree',
      'ofCheckout.filter((one) => !ofTree.includes(one))',
      'ofCheckout',
      'takes names and proxies',
    ],
    [
      'git speaks no protocol of another program',
      'GIT_ALLOW_PROTOCOL: protocols()',
      "GIT_ALLOW_PROTOCOL: 'ext'",
      'another program',
    ],
    [
      'git speaks no protocol that the user forbids',
      'own?.includes(protocol) ?? true',
      'true',
      'user has allowed fewer',
    ],
  ]),
  ...protections('src/cli/git/git-process.ts', GIT, [
    [
      'what follows the options of git is no option',
      "['--end-of-options', ...operands]",
      '[...operands]',
      'looks like an option',
    ],
    ['a folder of the tree is no repository', "[['safe.bareRepository', 'explicit']]", '[]', 'takes no folder'],
    ['git asks nobody while it reads refs', "GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1'", '', 'reads refs'],
    ['git is where the user is', '.filter(([name]) => !ELSEWHERE.test(name))', '', 'a hook has started'],
  ]),
  ...protections('src/cli/git/user-git.ts', GIT, [
    [
      'git starts in a folder with a .git alone',
      "if (existsSync(join(folder, '.git'))) return folder;",
      "if (existsSync(join(folder, '.git')) || existsSync(join(folder, 'HEAD'))) return folder;",
      'finds the top above',
    ],
    [
      "a branch of the user's is never changed",
      "[`refs/heads/${branch}`, commit, '']",
      '[`refs/heads/${branch}`, commit]',
      'never changes one',
    ],
    [
      'git speaks to no repository in the tree',
      'if (refusal) return failed(new Error(refusal));',
      'if (false) return failed(new Error(refusal));',
      'behind links',
    ],
    [
      'merge --into-branch pushes to no repository in the tree',
      'if (refusal) throw new InputError([refusal]);',
      '',
      'behind links',
    ],
  ]),
  ...protections('src/cli/git/git-settings.ts', GIT, [
    ['a credential helper of the checkout is a plain name', 'return HELPER_NAME.test(value);', 'return true;'],
    ['an ssh command of the checkout only names a key', 'return SSH_WITH_KEY.test(value.trim());', 'return true;'],
    ['a remote of the checkout names no program', 'return !HELPED.test(value);', 'return true;'],
    ['a rewritten URL of the checkout names no program', 'return !HELPED.test(base);', 'return true;'],
    ['a remote is not in the tree', ' || trees.some((tree) => isInside(place, tree))', ''],
    ['a remote is not where the processes are', '/^\\/(proc|dev|sys)\\//.test(place) || ', ''],
    [
      'a remote is not where git drops or decodes a part',
      "if (path.startsWith('file:') || (path !== url && path.includes('%'))) return true;",
      '',
    ],
    ['hooks that a configuration names are switched off', "[`hook.${name}.enabled`, 'false'],", ''],
    ['hooks of the user are none of the work', '!INCLUDES.test(key) && !HOOK.test(key)', '!INCLUDES.test(key)'],
    ['a setting of the checkout is one line', "if (value.includes('\\n')) return false;", ''],
  ]),
  ...protections('src/cli/git/isolated-repository.ts', GIT, [
    ["git works without the checkout's configuration", '    GIT_DIR: directory,\n', '', 'starts no program'],
    ['a file of another worktree is a file of a tree', '...worktrees.map(dirname), ', '', 'other worktrees'],
    ['a file of the main worktree is a file of a tree', '...main, ', '', 'other worktrees'],
    ['a file of a superproject is a file of a tree', ', ...above]', ']', 'other worktrees'],
    [
      'nothing of a command is left',
      'atEnd(() => rmSync(directory, { recursive: true, force: true }));',
      '',
      'leaves nothing',
    ],
  ]),
  ...protections('src/cluster/pod-check.ts', PODS, [
    said('task', 'task', 'checkTaskId'),
    said('repository', 'repository', 'parseRepository'),
    said('branch', 'branch', 'checkBranch'),
    said('attempt', 'attempt', 'ATTEMPT'),
    said('run id', 'runId', 'RUN_ID'),
    [
      'a pod whose variables no user may give is skipped',
      'GIT_BASE: checkBase, GIT_BRANCH: checkBranch',
      '',
      'works beside',
    ],
    ['a pod whose name is none is skipped', "  holds(NAME, name, 'its name');\n", '', 'works beside'],
    ['a pod whose namespace is none is skipped', "  holds(NAME, namespace, 'its namespace');\n", '', 'works beside'],
    [
      'a pod whose labels are none is skipped',
      'for (const key of Object.values(LABELS))',
      'for (const key of [])',
      'works beside',
    ],
    ['a report about a pod is cut', 'text.length > MOST', 'text.length < 0', 'works beside'],
  ]),
  ...protections('src/cluster/pod-check.ts', PODS, [
    [
      'a pod has the name of its attempt',
      'holds(whole ? name === whole : name.endsWith(`-${attempt}`),',
      'holds(true,',
      'a name of another attempt',
    ],
    ['a variable of a pod is read as the runner gets it', ".replaceAll('$$', '$')", '', 'is no hostile one'],
    ['a pod has the run id of its run', 'equal(id, own,', 'equal(id, id,', 'a run id of another run'],
    [
      'a pod has the label of its task',
      'equal(labels[LABELS.task], task && slug(task),',
      "equal('', '',",
      'a label of another task',
    ],
    [
      'a pod has the label of its feature',
      'equal(labels[LABELS.feature], feature,',
      "equal('', '',",
      'a label of another feature',
    ],
    [
      'a pod has the variables that it tells of',
      'for (const [variable, value] of Object.entries(told))',
      'for (const [variable, value] of Object.entries({} as typeof told))',
      'a variable of another',
    ],
    ['an object that is not a pod is skipped', 'if (!isPod) throw', 'if (false) throw', 'in the place of a pod'],
  ]),
  ...protections('src/cluster/runs.ts', PODS, [
    [
      "a pod with a run's label alone is none of its attempts",
      'metadata.annotations?.[ANNOTATIONS.runId] === runId);\n    for',
      'true);\n    for',
      'only has the label',
    ],
  ]),
  ...protections('src/cluster/list.ts', PODS, [
    [
      'a pod that is no run ends no command',
      '      if (!(error instanceof InputError)) throw error;\n      api.skip',
      '      throw error;\n      api.skip',
      'works beside',
    ],
  ]),
  ...protections('src/cluster/watch.ts', PODS, [
    [
      'a pod that is no run ends no watch',
      'return runsAmong([object], api).map',
      'return ([object] as Pod[]).map',
      'watch',
    ],
  ]),
  ...protections('src/cluster/runs.ts', PODS, [
    [
      'a pod that is followed is looked at each time',
      "return checkPod(await this.api.json<unknown>('GET', this.path('pods', name)));",
      "return await this.api.json<Pod>('GET', this.path('pods', name));",
      'becomes hostile',
    ],
  ]),
  ...protections('src/cluster/api.ts', PODS, [
    ['a pod that is skipped is reported once', 'if (this.told.has(line)) return;', '', 'reported once'],
  ]),
  ...protections('src/run/result.ts', PODS, [
    [
      'a result with an invalid branch is ignored',
      'const kept = isBranch(branch) && commit',
      "const kept = typeof branch === 'string' && commit",
      'no valid name',
    ],
  ]),
  ...protections('src/cli/commands/recover/pod-work.ts', PODS, [
    [
      'a repository of a pod is parsed before git gets it',
      "parseRepository(annotation(pod, 'repository'))",
      "{ url: annotation(pod, 'repository'), identity: '', protocol: 'https' }",
      'does not say its repository',
    ],
  ]),
  ...protections('src/cli/logs/log-printer.ts', TERMINAL, [
    ['the message of a run is one line', 'outcome)}: ${plainLine(message)}`', 'outcome)}: ${message}`'],
  ]),
  ...protections('src/cli/terminal/terminal.ts', TERMINAL, [
    ['standard output is cleaned', 'out: (text) => out(clean(text)),', 'out: (text) => out(text),'],
    ['standard error is cleaned', 'err: (text) => err(clean(text)),', 'err: (text) => err(text),'],
    ['a question is cleaned', 'ask(plain(question))', 'ask(question)'],
  ]),
  ...protections('src/cli/terminal/terminal.ts', POISON, [
    [
      'an error is printed without colours',
      'withoutSecrets(plain(problem))',
      'withoutSecrets(problem)',
      'a name of nothing',
    ],
  ]),
  ...protections('src/cli/logs/log-printer.ts', TERMINAL, [
    ['a line of a log has no colours', 'this.terminal.out(plain(text));', 'this.terminal.out(text);'],
    ['a note about a run has no colours', 'this.terminal.err(plainLine(text));', 'this.terminal.err(text);'],
  ]),
  ...protections('src/cli/dry-run/yaml.ts', POISON, [
    ['YAML has no control characters and loses none', 'isPlain(text) ? text : toJson(value, 2)', 'text', 'YAML'],
  ]),
  ...protections('src/cli/commands/prune/save-run.ts', POISON, [
    ['a log that is saved can be looked at', 'log: plain(log),', 'log,', 'prune'],
  ]),
  ...protections('src/cli/terminal/live-view.ts', 'test/cli/implement/live-view.test.ts', [
    ['a line of the live view is cleaned', '...withColors(text).split', '...text.split'],
  ]),
  ...protections('src/run/controls.ts', PRINTABLE, [
    ['C0 is removed', '  [0x00, 0x1f],\n', ''],
    ['DEL and C1 are removed', '  [0x7f, 0x9f],\n', ''],
    ['marks of direction are removed', '  [0x200e, 0x200f],\n', ''],
    ['overrides of direction and separators are removed', '  [0x2028, 0x202e],\n', ''],
    ['isolates are removed', '  [0x2066, 0x206f],\n', ''],
  ]),
  ...protections('src/run/printable.ts', PRINTABLE, [
    ['a text keeps its lines', '(?![\\\\t\\\\n])', ''],
    [
      'colours are removed whole',
      'const ANY = new RegExp(`${COLORS}|${CONTROLS}`',
      'const ANY = new RegExp(`${CONTROLS}`',
    ],
    ['a colour ends with its line', '? clean : `${clean}${RESET}`', '? clean : clean'],
    ['JSON escapes what a terminal obeys', '.replace(IN_JSON, escaped)', ''],
  ]),
  ...protections('src/cli/line/text-file.ts', 'test/cli/text-file.test.ts', [
    ['a file that is read has an end', 'if (stat.size > largest)', 'if (stat.size < 0)', 'megabytes'],
  ]),
  ...protections('src/runner/process/log.ts', 'test/runner/log.test.ts', [
    ['a line of the log steers no terminal', 'this.redactor.redact(plain(text))', 'this.redactor.redact(text)'],
  ]),
];
