import { titleOf } from '../run/commit-subject.js';
import { checkContextPath, type RunInput } from '../run/input.js';
import { findTask, parseTasks, type Task } from '../tasks/task-list.js';
import { RunFailure } from './failure.js';

/** Files of a commit: all paths, and one file's text. */
export interface Snapshot {
  readonly paths: readonly string[];
  read(path: string): Promise<string>;
}

/** What the agent is asked to do. */
export interface Assignment {
  /** One line, for the commit's subject. */
  readonly title: string;
  readonly prompt: string;
  /** The task as its list has it, where it is in one. */
  readonly task?: string;
  /** The task list has it ticked already. */
  readonly done: boolean;
  /** The feature's directory, where there is one. */
  readonly feature?: string;
}

const CONSTITUTIONS = ['.specify/memory/constitution.md', 'memory/constitution.md', 'constitution.md'];

/**
 * Finds the task in its feature's tasks.md and puts the prompt together from it, spec.md, plan.md and the constitution.
 * @throws RunFailure bad-config when there is no such task and no prompt of the user's
 */
export async function assignment(input: RunInput, snapshot: Snapshot): Promise<Assignment> {
  const feature = await featureDirectory(input, snapshot);
  const task = feature === undefined ? undefined : await taskOf(input, feature, snapshot);
  if (!task && !input.prompt) throw new RunFailure('bad-config', missing(input, feature, snapshot));
  if (task?.mode === 'SYNC' && !input.prompt) {
    throw new RunFailure(
      'bad-config',
      `${task.id} is marked [SYNC] in ${inside(feature, 'tasks.md')}: a human does it; mark it [ASYNC], or say what to do by --prompt`,
    );
  }
  const documents = [
    ...['spec.md', 'plan.md'].map((name) => inside(feature, name)),
    ...CONSTITUTIONS.filter((path) => snapshot.paths.includes(path)).slice(0, 1),
  ].filter((path) => snapshot.paths.includes(path));
  const sections = await Promise.all(documents.map(async (path) => `# ${path}\n\n${await snapshot.read(path)}`));
  const instructions = [task?.text.trim(), input.prompt].filter((text) => text).join('\n\n');
  return {
    title: titleOf(task?.description || input.prompt || ''),
    prompt: [opening(input, feature), `# The task\n\n${instructions}`, ...sections].join('\n\n'),
    done: task?.done ?? false,
    ...(task && { task: task.text }),
    ...(feature !== undefined && { feature }),
  };
}

function opening({ taskId }: RunInput, feature: string | undefined): string {
  return [
    `Implement task ${taskId} of this repository${feature ? `, of the feature in ${feature}` : ''}. Work alone: nobody answers questions.`,
    'Do this task and nothing else. Where tests belong to it, write them and run them.',
    'Do not edit tasks.md and do not push: your changes are committed and pushed when you have ended.',
    'Do not change files of CI, Git hooks, editors or coding agents (.github, .husky, .vscode, AGENTS.md and the like) unless the task names them: such changes are not committed.',
    'End with a short summary of what you changed.',
  ].join('\n');
}

/** The given directory; else the one that spec-kit recorded, that the branch names, or that alone has a tasks.md. */
async function featureDirectory(input: RunInput, { paths, read }: Snapshot): Promise<string | undefined> {
  const features = paths.filter(isTaskList).map((path) => path.slice(0, -'/tasks.md'.length));
  if (input.contextPath) return input.contextPath;
  const segments = input.branch.split('/');
  const named = features.find((path) => segments.includes(path.split('/').pop() ?? ''));
  if (named) return named;
  if (paths.includes('.specify/feature.json')) {
    const recorded = recordedFeature(await read('.specify/feature.json'));
    if (recorded && features.includes(recorded)) return recorded;
  }
  return features.length === 1 ? features[0] : undefined;
}

function recordedFeature(json: string): string | undefined {
  try {
    return checkContextPath((JSON.parse(json) as { feature_directory?: string }).feature_directory);
  } catch {
    return undefined;
  }
}

async function taskOf(input: RunInput, feature: string, { paths, read }: Snapshot): Promise<Task | undefined> {
  const path = inside(feature, 'tasks.md');
  return paths.includes(path) ? findTask(parseTasks(await read(path)), input.taskId) : undefined;
}

function missing({ taskId, contextPath }: RunInput, feature: string | undefined, { paths }: Snapshot): string {
  const remedy = 'correct the id, push tasks.md, or say what to do by --prompt';
  if (feature !== undefined && paths.includes(inside(feature, 'tasks.md'))) {
    return `task ${taskId} is not in ${inside(feature, 'tasks.md')}; ${remedy}`;
  }
  if (contextPath) return `there is no ${contextPath}/tasks.md at the base commit; ${remedy}`;
  const found = paths.filter(isTaskList);
  return found.length === 0
    ? `there is no tasks.md at the base commit; ${remedy}`
    : `several features have a tasks.md (${found.slice(0, 5).join(', ')}); say which one by --context-dir`;
}

const isTaskList = (path: string): boolean => /(^|\/)tasks\.md$/.test(path);

/** A file of the feature's directory, which may be the repository's top. */
const inside = (feature: string | undefined, name: string): string => (feature ? `${feature}/${name}` : name);
