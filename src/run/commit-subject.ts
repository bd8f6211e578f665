/** How much of a title a subject has, in characters. */
const TITLE = 60;

/** Whether a title does not fit into a subject whole. */
export const isLongTitle = (title: string): boolean => title.length > TITLE;

/** The first line of a run's commit. */
export function commitSubject(taskId: string, title: string): string {
  const short = isLongTitle(title) ? `${title.slice(0, TITLE - 1).trimEnd()}…` : title;
  return `[${taskId}] ${short}`.trimEnd();
}
