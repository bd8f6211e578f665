import { join } from 'node:path';
import { PATHS } from '../../run/metadata.js';

/** The paths that the program uses: the pod's paths, or the same below a folder. */
export interface Machine {
  /** Shared with the agent, which may write anything there. */
  readonly workspace: string;
  /** The agent's home and temporary folder. Only the agent reads them. */
  readonly home: string;
  readonly temporary: string;
  /** A folder that the agent can read, but not write: its instructions, and the runner's repository. */
  readonly control: string;
  /** The runner's home. The agent cannot see it. */
  readonly runnerHome: string;
  readonly config: string;
  readonly podInfo: string;
  readonly gitCredential: string;
  readonly modelCredential: string;
  readonly terminationMessage: string;
  /** The environment of every program that we start. Nothing else of our own environment is passed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @param root `/` in the pod; a folder for a run on a user's machine, whose other files stay untouched */
export function machine(root: string): Machine {
  const at = (path: string) => join(root, path);
  const runnerHome = at(PATHS.runnerHome);
  return {
    workspace: at(PATHS.workspace),
    home: at(PATHS.home),
    temporary: at(PATHS.temporary),
    control: at(PATHS.control),
    runnerHome,
    config: at(PATHS.config),
    podInfo: at(PATHS.podInfo),
    gitCredential: at(PATHS.gitCredential),
    modelCredential: at(PATHS.modelCredential),
    terminationMessage: at(PATHS.terminationMessage),
    environment: {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: runnerHome,
      TMPDIR: join(runnerHome, 'tmp'),
      LANG: 'C.UTF-8',
    },
  };
}
