/** One kind of paths that an agent may change only if somebody allows it. */
export interface ProtectedKind {
  readonly what: string;
  /** Who runs or follows such a file, so that a change is more than text to review. */
  readonly why: string;
  /**
   * `*` stands for a part of a name, `/**` at the end for the folder and everything in it, `{a,b}` for one of these. A
   * glob that begins with `/` matches only at the top, any other at any depth. Case matters only for names in capital
   * letters below the top.
   */
  readonly globs: readonly string[];
}

/**
 * Files that run, or decide something, before a person has reviewed a branch. Files that these call are not in the
 * list.
 */
export const PROTECTED_KINDS: readonly ProtectedKind[] = [
  {
    what: 'host and CI, at the top',
    why: 'a push or a pull request runs it, with the secrets of the repository; below the top, no host reads it',
    globs: [
      // Folders that a host reads: workflows, actions, owners, templates, dependency bots.
      ...['/.github/**', '/.gitlab/**', '/.gitea/**', '/.forgejo/**', '/.gitee/**', '/.bitbucket/**', '/.gitlab-ci/**'],
      ...['/bitbucket-pipelines.yml', '/.azure-pipelines/**', '/.azuredevops/**', '/.azure/pipelines/**'],
      ...['/.pipelines/**', '/.vsts-ci.yml'],
      // CI services that have their own file or folder.
      ...['/.circleci/**', '/.travis.yml', '/.jenkins/**', '/.jenkins-x/**', '/.buildkite/**', '/.crow/**'],
      ...['/.crow.{yml,yaml}', '/.drone.{yml,yaml,star,jsonnet}', '/.woodpecker/**', '/.woodpecker.{yml,yaml}'],
      ...['/.cirrus.{yml,yaml,star}', '/{.,}appveyor.yml', '/.semaphore/**', '/.teamcity/**', '/.tekton/**'],
      ...['/.harness/**', '/codefresh.{yml,yaml}', '/.codefresh/**', '/.build.yml', '/.builds/**'],
      ...['/.onedev-buildspec.{yml,yaml}', '/wercker.yml', '/.scrutinizer.yml', '/bitrise.{yml,yaml}'],
      ...['/codemagic.yaml', '/.vela.{yml,yaml}', '/{.,}zuul.{yaml,yml}', '/{.,}zuul.d/**', '/.prow/**', '/.prow.yaml'],
      ...['/{.,}packit.{yml,yaml,json}', '/.copr/**', '/.cnb.yml', '/.workflow/**', '/atlantis.{yaml,yml}'],
      ...['/.spacelift/**', '/buddy.{yml,yaml}', '/.buddy/**', '/.codecatalyst/**', '/.cloudbees/**'],
      ...['/.taskcluster.yml', '/screwdriver.yaml', '/.obs/**', '/.launchpad.yaml', '/.bazelci/**', '/.octopus/**'],
      ...['/.rwx/**', '/.mint/**'],
      // Hosts that build and deploy each branch by the commands in here.
      ...['/amplify.yml', '/heroku.yml', '/.do/**', '/vercel.{ts,mts,js,mjs,cjs}', '/.platform/**', '/.upsun/**'],
      // Bots that review, open, approve or merge pull requests.
      ...['/renovate.{json,json5,jsonc}', '/.renovaterc', '/.renovaterc.{json,json5}', '/.mergify.yml', '/.mergify/**'],
      ...['/.kodiak.toml', '/.bulldozer.yml', '/.policy.yml', '/.palantir/**', '/.asf.yaml', '/.rultor.yml'],
      ...['/bors.toml', '/.coderabbit.{yaml,yml}', '/{.,}pr_agent.toml', '/greptile.json', '/ellipsis.yaml'],
      '/OWNERS_ALIASES',
    ],
  },
  {
    what: 'host and CI, in any folder',
    why: 'the same, but the host reads each folder, or its settings or the file at the top say which one',
    globs: [
      // Pipelines that are included, or whose path is a setting.
      ...[
        '*.gitlab-ci.{yml,yaml}',
        'azure-pipelines*.{yml,yaml}',
        'cloudbuild.{yaml,yml,json}',
        'buildspec*.{yml,yaml}',
      ],
      ...['Jenkinsfile', '*.Jenkinsfile', 'Jenkinsfile.{groovy,ci,cd,pr,build,test,nightly,release,deploy}'],
      ...['Jenkinsfile-{ci,cd,pr,build,test,nightly,release,deploy}', '*.gocd.{yaml,yml}', 'env0.{yml,yaml}'],
      // Next to an app of a repository of several.
      ...['.eas/**', 'ci_scripts/**', 'netlify.toml', 'vercel.json', 'render.yaml', 'railway.{json,toml}'],
      ...['apprunner.yaml', 'apphosting.yaml', 'apphosting.*.yaml', '.platform.app.yaml', 'fly.toml'],
      ...['wrangler.{toml,json,jsonc}', '.okteto/**', 'okteto.{yml,yaml}'],
      ...['.readthedocs.{yml,yaml}', 'readthedocs.{yml,yaml}'],
      // Who has to approve: Prow reads OWNERS of each folder, other hosts CODEOWNERS of several.
      ...['CODEOWNERS', 'OWNERS'],
    ],
  },
  {
    what: 'Git hooks',
    why: 'the next commit, merge, checkout or fetch on a machine with these tools runs it or goes by it',
    globs: [
      ...['.husky/**', '.huskyrc*', 'husky.config.*', '{.,}githooks/**', '.git-hooks/**', '.hooks/**', '.gitconfig'],
      ...['/.lfsconfig', '.lefthook/**', '{.,}lefthook*.{yml,yaml,toml,json,jsonc}', '.config/lefthook*'],
      ...['.pre-commit-config.{yaml,yml}', '.pre-commit-hooks.yaml', '{.,}prek.toml', '.trunk/**'],
      ...['.overcommit.yml', '{.,}simple-git-hooks.*', 'captainhook.json', 'grumphp.{yml,yaml}*'],
      ...['{.,}hk.pkl', '.rusty-hook.toml', '.cargo-husky/**'],
    ],
  },
  {
    what: 'opened folders',
    why: 'an editor, a shell or a development container runs it when somebody opens the folder',
    globs: [
      // Containers and workspaces in the cloud.
      ...['.devcontainer/**', '.devcontainer.json', '.gitpod*/**', '.ona/**', '.idx/**', '.codesandbox/**'],
      ...['.stackblitzrc', '{.,}devfile.yaml', '.replit', 'replit.nix'],
      // Shells.
      ...['.envrc', '.autoenv*', '.shadowenv.d/**', '.rvmrc', '.mise/**', '{.,}mise.toml', '{.,}mise.*.toml'],
      ...['mise/config.toml', '.config/mise/**', '.config/mise.toml'],
      // Editors.
      ...['.vscode/**', '*.code-workspace', '.idea/**', '.run/**', '.fleet/**', '.zed/**', '.vs/**', '.nova/**'],
      ...['.helix/**', '.vim/**', '.nvim/**', '.vimrc', '.exrc', '.nvimrc', '.nvim.lua', '.lazy.lua', '.lvimrc'],
      ...['.neoconf.json', '.luarc.{json,jsonc}', '.dir-locals*.el', '*.sublime-project', '.settings/**'],
      ...['.externalToolBuilders/**', '.theia/**', '.bsp/**', 'buildServer.json', '.bundle/config'],
      // Debuggers and prompts of languages.
      ...['.gdbinit', '.lldbinit', '.pdbrc', '.rdbgrc', '.irbrc', '.pryrc', '.ghci', '.iex.exs', '.ocamlinit'],
      ...['.octaverc', '.Rprofile', '.Renviron'],
    ],
  },
  {
    what: 'agents',
    why: 'the next agent follows it, in a run or on a desk',
    globs: [
      // Spec-kit, and the constitutions that a run reads.
      ...['.specify/**', '/memory/constitution.md', '/constitution.md'],
      ...['.opencode/**', 'opencode.{json,jsonc}', '.mcp.json', 'AGENT.md', 'AGENTS.md', 'AGENTS.*.md', '.agents/**'],
      ...['.agent/**', '.agent.md', 'CLAUDE.md', 'CLAUDE.*.md', '.claude/**', '.claude.json', '.claude-plugin/**'],
      ...['GEMINI.md', '.gemini/**', 'CODEX.md', '.codex/**', '.cursor/**', '.cursorrules', '.cursorignore'],
      ...['.cursorindexingignore', '.windsurf/**', '.windsurfrules', '.cline/**', '.clinerules/**', '.clinerules-*/**'],
      ...['.clineignore', '.roo/**', '.roorules/**', '.roorules-*/**', '.roomodes', '.rooignore', '.continue/**'],
      ...['.continuerules', '.continuerc.json', '.continueignore', '.kiro/**', '.amazonq/**', '.aider*/**'],
      ...['.junie/**', '.goose/**', '.goosehints', '.qwen/**', 'QWEN.md', '.rules', '.kilocode*/**', '.augment/**'],
      ...['.augment-guidelines', '.augmentignore', '.trae/**', '.factory/**', '.crush/**', '{.,}crush.json'],
      ...['CRUSH.md', '.warp/**', 'WARP.md', '.openhands/**', '.openhands_instructions', '.codebuddy/**'],
      ...['CODEBUDDY.md', '.qoder/**', '.shai/**', '.bob/**', '.firebender/**', '.amp/**', '.pi/**', '.aiassistant/**'],
      ...['.rovodev/**', '.serena/**', 'gptme.toml', '.vibe/**', '.tabnine/**', '.sourcegraph/**', '.lingma/**'],
      ...['/conductor.json', '.iflow/**', 'IFLOW.md', '.grok/**', '.devin/**', '.zencoder/**', '.rulesync/**'],
      '/replit.md',
    ],
  },
];
