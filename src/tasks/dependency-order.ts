import type { Task, Warning } from './task.js';

const MOST_SHOWN = 8;

/**
 * The tasks of one phase so that each stands behind those that it depends on, else as they were. Dependencies that go in a
 * circle are cut where they close it.
 * @param waits ids of the same phase that a task depends on; what closes a circle is taken out
 */
export function inOrder<T extends Task>(
  tasks: readonly T[],
  waits: Map<string, string[]>,
): { ordered: T[]; warnings: Warning[] } {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ordered: T[] = [];
  const warnings: Warning[] = [];
  /** Where on the stack a task was put. */
  const entered = new Map<string, number>();
  const left = new Set<string>();
  for (const root of tasks) {
    if (entered.has(root.id)) continue;
    entered.set(root.id, 0);
    // A stack of its own: a chain of dependencies may be longer than the call stack.
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
        const from = entered.get(id) ?? 0;
        const circle = stack.slice(from, from + MOST_SHOWN).map(({ task }) => task.id);
        const shown = stack.length - from > MOST_SHOWN ? [...circle, '…'] : circle;
        warnings.push({
          line: top.task.line,
          message: `dependencies go in a circle (${[...shown, id].join(' → ')}), so ${top.task.id} does not wait for ${id}: correct one`,
        });
        others.splice(top.next, 1);
      } else {
        top.next++;
        entered.set(id, stack.length);
        if (other.line > top.task.line) {
          warnings.push({
            line: top.task.line,
            message: `${top.task.id} depends on ${id}, which stands below it: it runs after it`,
          });
        }
        stack.push({ task: other, next: 0 });
      }
    }
  }
  return { ordered, warnings };
}
