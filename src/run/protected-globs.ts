/** Paths of one kind that an agent changes only where somebody allows it. */
export interface ProtectedKind {
  readonly what: string;
  /** Why a change is more than text that somebody reviews. */
  readonly why: string;
  /**
   * `*` stands for a part of a name, `/**` at the end for the folder and everything in it, `{a,b}` for one of these. Each holds at
   * any depth, but one that begins with `/` for the top only. Case does not count.
   */
  readonly globs: readonly string[];
}

/** What runs, or decides, before a person has looked at a branch. What such a file calls is not in the list. */
export const PROTECTED_KINDS: readonly ProtectedKind[] = [
  {
    what: 'host and CI',
    why: 'a push runs it, with the secrets of the repository',
    globs: [
      // Folders that a host reads: workflows, actions, owners, templates, dependency bots.
      ...['.github/**', '.gitlab/**', '.gitea/**', '.forgejo/**', '.gitee/**', '.bitbucket/**', '.gitlab-ci*/**'],
      ...['*.gitlab-ci.{yml,yaml}', 'bitbucket-pipelines.yml', 'azure-pipelines*.{yml,yaml}', '.azure-pipelines/**'],
      ...['.azuredevops/**', '.azure/pipelines/**', '.pipelines/**', '.vsts-ci.yml'],
      // CI services that have their own file or folder.
      ...['.circleci/**', '.travis.yml', 'Jenkinsfile*', '*.Jenkinsfile', '.jenkins/**', '.jenkins-x/**'],
      ...['.buildkite/**', '.drone.*', '.woodpecker*/**', '.cirrus.*', '{.,}appveyor.yml', '.semaphore/**'],
      ...['.teamcity/**', '.tekton/**', 'cloudbuild.{yaml,yml,json}', 'buildspec*.{yml,yaml}', '.harness/**'],
      ...['codefresh.{yml,yaml}', '.codefresh/**', '.build.yml', '.builds/**', '.onedev-buildspec.{yml,yaml}'],
      ...['wercker.yml', '.scrutinizer.yml', 'bitrise.{yml,yaml}', 'codemagic.yaml', '.vela.{yml,yaml}'],
      ...['{.,}zuul.yaml', '{.,}zuul.d/**', '.prow/**', '.prow.yaml', '.packit.{yml,yaml}', '.copr/**', '*.gocd.yaml'],
      ...['.cnb.yml', '.workflow/**'],
      // Hosts that build and deploy each branch by the commands in here.
      ...['netlify.toml', 'vercel.json', 'render.yaml', 'railway.{json,toml}', 'amplify.yml', 'apprunner.yaml'],
      ...['.platform/**', '.platform.app.yaml', '.upsun/**', '.readthedocs.{yml,yaml}', 'readthedocs.yml'],
      // Bots that open, approve or merge pull requests.
      ...['renovate*.{json,json5}', '.renovaterc*', '.mergify.yml', '.mergify/**', '.kodiak.toml', '.bulldozer.yml'],
      ...['.policy.yml', '.palantir/**', '.asf.yaml', '.rultor.yml', 'bors.toml'],
      // Who has to approve.
      ...['CODEOWNERS', 'OWNERS', 'OWNERS_ALIASES'],
    ],
  },
  {
    what: 'Git hooks',
    why: 'the next commit, merge or checkout runs it on each machine that has the hooks installed',
    globs: [
      ...['.husky/**', '.huskyrc*', 'husky.config.*', '.githooks/**', '.git-hooks/**', '.gitconfig'],
      ...['.lefthook/**', '{.,}lefthook*.{yml,yaml,toml,json,jsonc}', '.config/lefthook*'],
      ...['.pre-commit-config.{yaml,yml}', '.pre-commit-hooks.yaml', '{.,}prek.toml'],
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
      ...['.envrc', '.autoenv*', '.mise/**', '{.,}mise*.toml', '.config/mise/**'],
      // Editors.
      ...['.vscode/**', '*.code-workspace', '.idea/**', '.fleet/**', '.zed/**', '.vs/**', '.nova/**', '.helix/**'],
      ...['.vim/**', '.nvim/**', '.vimrc', '.exrc', '.nvimrc', '.nvim.lua', '.lvimrc', '.dir-locals*.el'],
      ...['.externalToolBuilders/**', '.theia/**'],
      // Debuggers and prompts of languages.
      ...['.gdbinit', '.lldbinit', '.Rprofile', '.irbrc', '.pryrc'],
    ],
  },
  {
    what: 'agents',
    why: 'the next agent follows it, in a run or on a desk',
    globs: [
      // Spec-kit, and the constitutions that a run reads.
      ...['.specify/**', 'memory/constitution.md', '/constitution.md'],
      ...['.opencode/**', 'opencode.{json,jsonc}', '.mcp.json', 'AGENT.md', 'AGENTS.md', 'AGENTS.*.md', '.agents/**'],
      ...['.agent/**', 'CLAUDE.md', 'CLAUDE.*.md', '.claude/**', '.claude.json', 'GEMINI.md', '.gemini/**'],
      ...['.codex/**', '.cursor/**', '.cursorrules', '.cursorignore', '.cursorindexingignore', '.windsurf/**'],
      ...['.windsurfrules', '.cline*/**', '.roo*/**', '.continue*/**', '.kiro/**', '.amazonq/**', '.aider*/**'],
      ...['.junie/**', '.goose/**', '.goosehints', '.qwen/**', 'QWEN.md', '.rules', '.kilocode*/**', '.augment*/**'],
      ...['.trae/**', '.factory/**', '.crush/**', '{.,}crush.json', 'CRUSH.md', '.warp/**', 'WARP.md'],
      ...['.openhands/**', '.codebuddy/**', 'CODEBUDDY.md', '.qoder/**', '.shai/**', '.bob/**', '.firebender/**'],
    ],
  },
];
