import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../../version.js';
import type { Finding } from '../../terminal/finding.js';
import type { Asked, Change } from './change.js';
import { LEGACY_FILES } from './legacy.js';
import { openCodeFiles, PLUGIN } from './opencode.js';
import { fileChange } from './owned-file.js';
import { specKitChanges } from './spec-kit.js';

/** What setup was told to install. */
export interface Wanted extends Asked {
  readonly plugin: boolean;
  readonly legacy: boolean;
}

/** Everything that setup does or leaves, in this order. */
export function changesOf(wanted: Wanted, env: NodeJS.ProcessEnv): Change[] {
  const files = [...openCodeFiles(wanted.plugin), ...(wanted.legacy ? LEGACY_FILES : [])];
  // What spec-kit does may fail, so it comes last.
  return [...files.flatMap((file) => fileChange(file, wanted) ?? []), ...specKitChanges(wanted, env)];
}

/** Whether a project of spec-kit has what setup installs. Empty for other projects. */
export function integrationFindings(top: string | undefined, env: NodeJS.ProcessEnv): Finding[] {
  if (!top || !existsSync(join(top, '.specify'))) return [];
  const check = 'integration';
  const fix = 'agent-runner setup';
  const at = (path: string) => existsSync(join(top, path));
  const isInstalled = openCodeFiles(true).some(({ path }) => at(path)) || at('.specify/extensions/agent-runner');
  if (!isInstalled) {
    return [{ check, state: 'unknown', message: 'spec-kit is here and does not know the runner', fix }];
  }
  const changes = changesOf({ top, plugin: at(PLUGIN), legacy: false, uninstall: false, force: false }, env);
  if (changes.length === 0)
    return [{ check, state: 'ok', message: `spec-kit and OpenCode know the runner ${VERSION}` }];
  return [{ check, state: 'wrong', message: changes.map(({ line }) => line).join('; '), fix }];
}
