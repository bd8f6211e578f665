import { missingForRuns } from '../support/pod-on-this-machine.js';
import type { startWorld } from '../support/world.js';

// The outcomes of these tests come from the real program, the real OpenCode and real Git over HTTP; only the model is
// scripted.
const missing = missingForRuns();
if (missing) throw new Error(missing);

export type World = Awaited<ReturnType<typeof startWorld>>;

/** For a test with one run of OpenCode: about 5 s on an idle machine, which a busy one makes minutes. */
export const PATIENCE = 300_000;

/** A step of the scripted model: it writes a file of the worktree. */
export const write = (path: string, content: string) => ({
  tool: 'write',
  arguments: { filePath: `{cwd}/${path}`, content },
});

/** A step of the scripted model: it runs a command. */
export const bash = (command: string) => ({ tool: 'bash', arguments: { command, description: 'a step of the test' } });
