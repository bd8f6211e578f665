import { titleOf } from '../../run/commit-subject.js';
import { checkContextPath, type RunInput } from '../../run/input.js';
import { findTask, parseTasks, type Task } from '../../tasks/task-list.js';
import { RunFailure } from '../process/failure.js';
import { documentsOf } from './documents.js';
import { instructionsOf } from './instructions.js';
import type { Snapshot } from './snapshot.js';

/** The agent's assignment. */
export interface Assignment {
  /** One line, for the commit's subject. */
  readonly title: string;
  readonly prompt: string;
  /** The task's text in tasks.md, if it is there. */
  readonly task?: string;
  /** Whether the task is ticked already. */
  readonly done: boolean;
  /** The feature's directory, if there is one. */
  readonly feature?: string;
  /** Says which documents the agent does not get, and why. */
  readonly notes: readonly string[];
}

/**
 * Finds the task in its feature's tasks.md. Builds the prompt from it, the feature's documents, the constitution and
 * the repository's instructions for agents.
 * @param contextCharacters how many characters of the feature's documents are quoted. Default: all
 * @param rules the commit with the repository's instructions; absent if OpenCode reads them itself
 * @throws RunFailure bad-config if there is neither such a task nor a prompt of the user
 */
export async function assignment(
  input: RunInput,
  snapshot: Snapshot,
  contextCharacters = Number.POSITIVE_INFINITY,
  rules?: Snapshot,
): Promise<Assignment> {
  const feature = await featureDirectory(input, snapshot);
  const task = feature === undefined ? undefined : await taskOf(input, feature, snapshot);
  if (!task && !input.prompt) throw new RunFailure('bad-config', await missing(input, feature, snapshot));
  if (task?.mode === 'SYNC' && !input.prompt) {
    throw new RunFailure(
      'bad-config',
      `${task.id} is marked [SYNC] in ${inside(feature, 'tasks.md')}: a human does it; mark it ` +
        '[ASYNC], or say what to do with --prompt',
    );
  }
  const own = await documentsOf(snapshot, (name) => inside(feature, name), contextCharacters);
  const told = rules ? await instructionsOf(rules) : { documents: [], notes: [] };
  const sections = [...own.quoted, ...told.documents].map(({ path, text }) => `# ${path}\n\n${text}`);
  const instructions = [task?.text.trim(), input.prompt].filter((text) => text).join('\n\n');
  return {
    title: titleOf(task?.description || input.prompt || ''),
    prompt: [opening(input, feature), `# The task\n\n${instructions}`, ...furtherOnes(own.named), ...sections].join(
      '\n\n',
    ),
    done: task?.done ?? false,
    notes: [...own.notes, ...told.notes],
    ...(task && { task: task.text }),
    ...(feature !== undefined && { feature }),
  };
}

/** Names documents that the prompt does not quote. */
const furtherOnes = (paths: readonly string[]): string[] =>
  paths.length === 0
    ? []
    : [
        '# Further documents\n\nThey are not quoted here. Read in them what the task needs:\n\n' +
          paths.map((path) => `- ${path}`).join('\n'),
      ];

function opening({ taskId }: RunInput, feature: string | undefined): string {
  return [
    `Implement task ${taskId} of this repository${feature ? `, of the feature in ${feature}` : ''}. ` +
      'Work alone: nobody answers questions.',
    'Do this task and nothing else. Where tests belong to it, write them and run them.',
    'Do not edit tasks.md and do not push: your changes are committed and pushed when you have ended.',
    'Do not change files of CI, Git hooks, editors or coding agents (.github, .husky, .vscode, ' +
      'AGENTS.md and the like) unless the task names them: such changes are not committed.',
    'End with a short summary of what you changed.',
  ].join('\n');
}

/**
 * Finds the feature's directory: the given one, the one that the branch names, the one that spec-kit recorded, or the
 * only one with a tasks.md.
 */
async function featureDirectory(input: RunInput, snapshot: Snapshot): Promise<string | undefined> {
  const features = snapshot.paths.filter(isTaskList).map((path) => path.slice(0, -'/tasks.md'.length));
  if (input.contextPath) return input.contextPath;
  const segments = input.branch.split('/');
  const named = features.find((path) => segments.includes(path.split('/').pop() ?? ''));
  if (named) return named;
  const recorded = await snapshot.text('.specify/feature.json');
  const directory = 'text' in recorded ? recordedFeature(recorded.text) : undefined;
  if (directory && (await snapshot.find(inside(directory, 'tasks.md'))).path) return directory;
  return features.length === 1 ? features[0] : undefined;
}

function recordedFeature(json: string): string | undefined {
  try {
    return checkContextPath((JSON.parse(json) as { feature_directory?: string }).feature_directory);
  } catch {
    return undefined;
  }
}

async function taskOf(input: RunInput, feature: string, snapshot: Snapshot): Promise<Task | undefined> {
  const path = inside(feature, 'tasks.md');
  const read = await snapshot.text(path);
  if ('text' in read) return findTask(parseTasks(read.text), input.taskId);
  if (read.problem && !input.prompt) throw new RunFailure('bad-config', `${read.problem}; ${REMEDY}`);
  return undefined;
}

const REMEDY = 'correct the id, push tasks.md, or say what to do with --prompt';

async function missing(input: RunInput, feature: string | undefined, snapshot: Snapshot): Promise<string> {
  const { taskId, contextPath } = input;
  const list = inside(feature, 'tasks.md');
  if (feature !== undefined && (await snapshot.find(list)).path) return `task ${taskId} is not in ${list}; ${REMEDY}`;
  if (contextPath) return `there is no ${contextPath}/tasks.md at the base commit; ${REMEDY}`;
  const found = snapshot.paths.filter(isTaskList);
  return found.length === 0
    ? `there is no tasks.md at the base commit; ${REMEDY}`
    : `several features have a tasks.md (${found.slice(0, 5).join(', ')}); choose one with --context-dir`;
}

const isTaskList = (path: string): boolean => /(^|\/)tasks\.md$/.test(path);

/** The path of a file in the feature's directory, which may be the top of the repository. */
const inside = (feature: string | undefined, name: string): string => (feature ? `${feature}/${name}` : name);
