import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { InputError } from '../../run/problems.js';
import { UserGit } from '../git/user-git.js';
import { readTextFile } from '../line/text-file.js';
import { currentBranch } from './upstream.js';

const USE = 'give its path, like specs/001-login';

/**
 * Finds the `tasks.md` for a file or a feature directory, or without either by spec-kit's own rules:
 * `SPECIFY_FEATURE_DIRECTORY`, then `.specify/feature.json`, then the directory in `specs` that `SPECIFY_FEATURE` or
 * the checked out branch names, by its whole name or its number.
 * @returns its absolute path, without links, so that feature and repository are those of the files; it exists
 * @throws InputError that names the places it has checked, when there is none
 * @see https://github.com/github/spec-kit/blob/main/scripts/bash/common.sh get_feature_paths
 */
export async function findTaskList(
  given: string | undefined,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (given !== undefined) {
    const path = resolve(cwd, given);
    if (!existsSync(path))
      throw new InputError([`"${given}" does not exist (${path}); give a tasks.md or a feature directory`]);
    return isDirectory(path) ? taskListIn(path, `"${given}"`) : realpathSync(path);
  }
  const git = new UserGit(cwd);
  const root = projectRoot(cwd, git.top);
  const inRoot = (path: string) => (isAbsolute(path) ? path : join(root, path));
  const { SPECIFY_FEATURE_DIRECTORY: directory } = env;
  if (directory) return taskListIn(inRoot(directory), 'SPECIFY_FEATURE_DIRECTORY');
  const recorded = recordedFeature(root);
  if (recorded) return taskListIn(inRoot(recorded), '.specify/feature.json');
  return byBranch(root, env.SPECIFY_FEATURE || (await currentBranch(git)));
}

/**
 * The directory of a feature that the user names: in `specs` of the project where the user is. Outside of a project it
 * is the one in the repository.
 * @param feature its name, or its path
 * @throws InputError when the project has features, but not this one
 */
export function featureDirectory(feature: string, cwd: string): string {
  const inRepository = feature.includes('/') ? feature : `specs/${feature}`;
  const specs = join(projectRoot(cwd, new UserGit(cwd).top), 'specs');
  if (feature.includes('/') || !isDirectory(specs)) return inRepository;
  if (isDirectory(join(specs, feature))) return join(specs, feature);
  const known = readdirSync(specs).filter((name) => isDirectory(join(specs, name)));
  throw new InputError([
    `feature "${feature}" is not in ${specs}; there are ${known.slice(0, 8).join(', ') || 'none'}`,
  ]);
}

/** The nearest folder above with spec-kit's files, or the repository's top, or this folder. */
function projectRoot(cwd: string, top: string | undefined): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.specify'))) return folder;
    if (dirname(folder) === folder) break;
  }
  return top ?? cwd;
}

function taskListIn(directory: string, saidBy: string): string {
  const path = join(directory, 'tasks.md');
  if (existsSync(path)) return join(realpathSync(directory), 'tasks.md');
  throw new InputError([
    `${saidBy} names ${directory}, which has no tasks.md: make it with spec-kit's tasks command, or ${USE}`,
  ]);
}

/** The feature that spec-kit recorded last. A file that spec-kit could not have written is ignored, as in spec-kit. */
function recordedFeature(root: string): string | undefined {
  try {
    const { feature_directory: directory } = JSON.parse(readTextFile(join(root, '.specify/feature.json'))) as {
      feature_directory?: unknown;
    };
    return typeof directory === 'string' && directory !== '' ? directory : undefined;
  } catch {
    return undefined;
  }
}

function byBranch(root: string, branch: string | undefined): string {
  const specs = join(root, 'specs');
  const features = isDirectory(specs) ? readdirSync(specs).filter((name) => isDirectory(join(specs, name))) : [];
  const name = /^[^/]+\/([^/]+)$/.exec(branch ?? '')?.[1] ?? branch ?? '';
  const number = /^(?:\d{8}-\d{6}|\d{3,})-/.exec(name)?.[0];
  const same = features.filter((feature) => (number ? feature.startsWith(number) : feature === name));
  const [only] = same.includes(name) ? [name] : same;
  if (only && (same.length === 1 || only === name)) return taskListIn(join(specs, only), `branch "${branch}"`);
  if (same.length > 1) throw new InputError([`branch "${branch}" may mean ${same.join(' or ')} in ${specs}; ${USE}`]);
  const known = features.filter((feature) => existsSync(join(specs, feature, 'tasks.md')));
  const named = branch ? `branch "${branch}" has no directory` : 'there is no branch that has a directory';
  const first = known.slice(0, 8).map((feature) => `specs/${feature}`);
  const there = first.length > 0 ? `there are ${first.join(', ')}: ` : '';
  throw new InputError([
    'no feature is chosen: SPECIFY_FEATURE_DIRECTORY is not set, ' +
      `${join(root, '.specify/feature.json')} names none, and ${named} in ${specs}; ${there}${USE}`,
  ]);
}

/** A link to nothing is not a directory. */
const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** A feature's name: the name of its directory. */
export const featureOf = (taskList: string): string => basename(dirname(taskList));

/**
 * The one feature that a command is given; undefined for the one that spec-kit works on.
 * @throws InputError when there are several
 */
export function oneFeature(command: string, [given, ...more]: readonly string[]): string | undefined {
  if (more.length === 0) return given;
  throw new InputError([`give one tasks.md or feature directory: agent-runner ${command} [path]`]);
}
