import type { Task, Warning } from './task.js';

const MOST_SHOWN = 8;

/**
 * Sorts the tasks of one phase: each comes after the tasks that it depends on. Otherwise the order stays. A circle of
 * dependencies is cut at the one that closes it.
 * @param waits ids of the same phase that a task depends on; dependencies that close a circle are removed
 */
export function inOrder<T extends Task>(
  tasks: readonly T[],
  waits: Map<string, string[]>,
): { ordered: T[]; warnings: Warning[] } {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ordered: T[] = [];
  const warnings: Warning[] = [];
  /** The position of a task on the stack. */
  const entered = new Map<string, number>();
  const left = new Set<string>();
  for (const root of tasks) {
    if (entered.has(root.id)) continue;
    entered.set(root.id, 0);
    // An explicit stack, since a chain of dependencies may be longer than the call stack.
    const stack = [{ task: root, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const others = waits.get(top.task.id) ?? [];
      const id = others[top.next];
      const other = id === undefined ? undefined : byId.get(id);
      if (id === undefined) {
        left.add(top.task.id);
        ordered.push(top.task);
        stack.pop();
      } else if (!other || left.has(id)) {
        top.next++;
      } else if (entered.has(id)) {
        const circle = shownOf(stack, entered.get(id) ?? 0);
        warnings.push(inCircle(top.task, circle, id));
        others.splice(top.next, 1);
      } else {
        top.next++;
        entered.set(id, stack.length);
        warnings.push(...belowOf(top.task, other));
        stack.push({ task: other, next: 0 });
      }
    }
  }
  return { ordered, warnings };
}

/** The first tasks of a circle. It may be as long as the list, and there may be as many circles as tasks. */
function shownOf(stack: readonly { readonly task: Task }[], from: number): string[] {
  const shown = stack.slice(from, from + MOST_SHOWN).map(({ task }) => task.id);
  return stack.length - from > MOST_SHOWN ? [...shown, '…'] : shown;
}

function inCircle({ id, line }: Task, circle: readonly string[], other: string): Warning {
  const way = [...circle, other].join(' → ');
  return { line, message: `dependencies go in a circle (${way}), so ${id} does not wait for ${other}: correct one` };
}

function belowOf({ id, line }: Task, other: Task): Warning[] {
  if (other.line <= line) return [];
  return [{ line, message: `${id} depends on ${other.id}, which stands below it: it runs after it` }];
}
