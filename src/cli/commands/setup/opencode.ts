import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTEGRATIONS } from './integrations.js';
import type { OwnedFile } from './owned-file.js';

/** Where OpenCode finds the plugin. */
export const PLUGIN = '.opencode/plugins/agent-runner.js';

const ours = (path: string): string => readFileSync(join(INTEGRATIONS, 'opencode', path), 'utf8');

/**
 * The files that OpenCode reads of a project.
 * @param plugin whether the subagent has the plugin's tools, and else a list of allowed commands
 * @see https://opencode.ai/docs/agents/
 */
export function openCodeFiles(plugin: boolean): OwnedFile[] {
  const agent = ours(plugin ? 'agents/agent-runner.md' : 'without-plugin/agent-runner.md');
  return [
    { path: '.opencode/agents/agent-runner.md', text: agent },
    { path: PLUGIN, text: plugin ? ours('plugins/agent-runner.js') : undefined },
    { path: '.opencode/commands/agent-runner.md', text: ours('commands/agent-runner.md') },
  ];
}
