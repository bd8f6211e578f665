import { join } from 'node:path';
import { PATHS } from '../run/metadata.js';

/** Where the program finds and puts things: the pod's own paths, or the same below a folder. */
export interface Machine {
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
  readonly config: string;
  readonly podInfo: string;
  readonly gitCredential: string;
  readonly modelCredential: string;
  readonly terminationMessage: string;
  /** OpenCode's program: a path, or a name on PATH. */
  readonly opencode: string;
  /** What every program that we start gets, and all that it gets of our own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param root `/` in the pod; a folder for a run on a machine of the user's, whose own files stay untouched
 */
export function machine(root: string, opencode: string): Machine {
  const at = (path: string) => join(root, path);
  const home = at(PATHS.home);
  const temporary = at(PATHS.temporary);
  return {
    workspace: at(PATHS.workspace),
    home,
    temporary,
    config: at(PATHS.config),
    podInfo: at(PATHS.podInfo),
    gitCredential: at(PATHS.gitCredential),
    modelCredential: at(PATHS.modelCredential),
    terminationMessage: at(PATHS.terminationMessage),
    opencode,
    environment: {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
    },
  };
}
