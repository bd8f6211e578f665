/** The longest title in a subject, in characters. */
const TITLE = 60;

/** The title of a text: its first line. */
export const titleOf = (text: string): string => text.split('\n')[0]?.trim() ?? '';

/** Whether a title is too long for a subject, so that it is cut. */
export const isLongTitle = (title: string): boolean => title.length > TITLE;

/** The first line of a run's commit. */
export function commitSubject(taskId: string, title: string): string {
  const short = isLongTitle(title) ? `${title.slice(0, TITLE - 1).trimEnd()}…` : title;
  return `[${taskId}] ${short}`.trimEnd();
}
