/** How much of a title a subject has, in characters. */
const TITLE = 60;

/** What a text is called by: its first line. */
export const titleOf = (text: string): string => text.split('\n')[0]?.trim() ?? '';

/** Whether a title does not fit into a subject whole. */
export const isLongTitle = (title: string): boolean => title.length > TITLE;

/** The first line of a run's commit. */
export function commitSubject(taskId: string, title: string): string {
  const short = isLongTitle(title) ? `${title.slice(0, TITLE - 1).trimEnd()}…` : title;
  return `[${taskId}] ${short}`.trimEnd();
}
