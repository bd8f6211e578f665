import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs that leave a mark when something starts them. */
export class Canary {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** A command line that leaves the mark. */
  get command(): string {
    const program = join(this.folder, 'program');
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${this.mark}\n`);
    chmodSync(program, 0o755);
    return program;
  }

  get sang(): boolean {
    return existsSync(this.mark);
  }

  private get mark(): string {
    return join(this.folder, 'mark');
  }
}

/** Each setting by which git starts a program, or goes where a program is started. */
export function programsOf(canary: Canary, hooks: string): string {
  const run = canary.command;
  mkdirSync(hooks, { recursive: true });
  for (const name of [
    'pre-push',
    'reference-transaction',
    'post-checkout',
    'pre-auto-gc',
    'post-merge',
    'post-index-change',
  ]) {
    writeFileSync(join(hooks, name), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  }
  return `
[core]
  sshCommand = ${run}
  fsmonitor = ${run}
  hooksPath = ${hooks}
  pager = ${run}
  editor = ${run}
  askPass = ${run}
  gitProxy = ${run}
  alternateRefsCommand = ${run}
[credential]
  helper = "!${run}"
[gpg]
  program = ${run}
[commit]
  gpgSign = true
[push]
  gpgSign = true
[log]
  showSignature = true
[diff]
  external = ${run}
[diff "evil"]
  command = ${run}
  textconv = ${run}
[filter "evil"]
  clean = ${run}
  smudge = ${run}
  process = ${run}
  required = true
[merge "evil"]
  driver = ${run}
[alias]
  ls-remote = "!${run}"
  fetch = "!${run}"
[protocol "ext"]
  allow = always
[remote "origin"]
  uploadpack = ${run}
  receivepack = ${run}
[remote "evil"]
  url = "ext::${run}"
[url "ext::${run} "]
  insteadOf = https://git.example/
  insteadOf = /
[uploadpack]
  packObjectsHook = ${run}
[trailer "evil"]
  command = ${run}
[merge "default"]
  driver = ${run}
[hook "evil"]
  event = reference-transaction
  event = pre-push
  command = ${run}
[submodule "evil"]
  update = "!${run}"
`;
}

/** Files that make a directory a repository for git. */
export const bareRepository = (config: string): Record<string, string> => ({
  HEAD: 'ref: refs/heads/main\n',
  config: `[core]\n  repositoryformatversion = 0\n  bare = false\n  worktree = .\n${config}`,
  'objects/.keep': '',
  'refs/.keep': '',
});

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
