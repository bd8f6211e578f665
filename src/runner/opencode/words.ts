import { plainLine } from '../../run/printable.js';
import type { Part } from './transcript.js';

/** A field as a text, or ''. The agent may have put anything there. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A field as a number, or 0. */
export const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** A tool call in one line: the tool, its object and the result. */
export function describeTool({ tool, state = {} }: Part, worktree: string): string {
  const { status, title, input = {}, metadata = {}, error } = state;
  const path = (text(input.filePath) || text(input.path) || text(input.pattern)).replace(`${worktree}/`, '');
  const object = tool === 'bash' ? text(input.command) : path || text(title);
  const exit = typeof metadata.exit === 'number' && metadata.exit !== 0 ? ` -> exit code ${metadata.exit}` : '';
  return `[${text(tool)}] ${object}${exit}${status === 'error' ? ` -> ${text(error) || 'failed'}` : ''}`;
}

/** The lines of a stack trace. */
const STACK = /\n\s+at [^\n]*/g;

/** An error of OpenCode in one line. */
export function describeError(error: unknown): string {
  const { name, data } = Object(error) as { name?: unknown; data?: unknown };
  const { message, statusCode } = Object(data) as { message?: unknown; statusCode?: unknown };
  const status = number(statusCode) > 0 ? ` (HTTP ${statusCode})` : '';
  const words = plainLine(text(message).replace(STACK, '')).trim();
  return `${text(name) || 'error'}: ${words || 'no reason given'}${status}`;
}

/** Paths in the worktree that a tool call has written. */
export function writtenBy({ tool, state = {} }: Part, worktree: string): string[] {
  const { input = {} } = state;
  const patched = [
    ...text(input.patchText).matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$|^\*\*\* Move to: (.+)$/gm),
  ];
  const named = /^(write|edit|multiedit)$/.test(text(tool)) ? [text(input.filePath)] : [];
  const paths = [...named, ...patched.flatMap(([, path, target]) => path ?? target ?? [])];
  return paths.map((path) => path.replace(`${worktree}/`, '').replace(/^\.\//, '')).filter((path) => path !== '');
}
