import type { OwnedFile } from './owned-file.js';

/** The scripts of agentic-sdlc-orchestrator, where older kits look for them. */
export const LEGACY_FILES: readonly OwnedFile[] = [
  ['spawn-pod.sh', 'spawn-task'],
  ['tail-logs.sh', 'tail-logs'],
].map(([script, command]) => ({
  path: `scripts/${script}`,
  text: `#!/bin/sh\nexec ${command} "$@"\n`,
  mode: 0o755,
}));
