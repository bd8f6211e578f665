import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Has the commands find this of the user in git's configuration, and nothing that git makes up from the machine.
 * @returns what gives the user's own back
 */
export function useGitConfig(user: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-gitconfig-'));
  const { GIT_CONFIG_GLOBAL: before } = process.env;
  process.env.GIT_CONFIG_GLOBAL = join(folder, 'gitconfig');
  writeFileSync(process.env.GIT_CONFIG_GLOBAL, `[user]\nuseConfigOnly = true\n${user}\n`);
  return () => {
    if (before === undefined) delete process.env.GIT_CONFIG_GLOBAL;
    else process.env.GIT_CONFIG_GLOBAL = before;
    rmSync(folder, { recursive: true, force: true });
  };
}

export const ADA = 'name = Ada\nemail = ada@example.com';
