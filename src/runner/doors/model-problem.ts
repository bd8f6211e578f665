import { STATUS_CODES } from 'node:http';
import { plainLine } from '../../run/printable.js';
import { objectOf } from './model-tokens.js';

/** The longest message, and the longest text without a message, in characters. */
const MESSAGE = 1000;
const TEXT = 300;

/** Describes a problem for the log: the status, the provider's message and the wait that it asks for. */
export function problemOf(status: number, text: string, wait: number | undefined): string {
  const words = providerWords(text) || STATUS_CODES[status] || 'no words';
  return `HTTP ${status}: ${words}${wait === undefined ? '' : `; it asks to wait ${seconds(wait)}`}`;
}

export const seconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)} s`;

/** The message in an error's body, or the beginning of the body. */
export function providerWords(text: string): string {
  const json = parsed(text);
  const message = json === undefined ? '' : messageIn(json);
  return plainLine(message ? message.slice(0, MESSAGE) : text.slice(0, TEXT)).trim();
}

/** An error that an answer with a good status reports; '' if there is none. */
export function errorIn(json: unknown): string {
  const { error, response, type, message } = objectOf(json);
  const found = error ?? objectOf(response).error ?? (type === 'error' ? { message } : undefined);
  const isError = typeof found === 'string' ? found !== '' : typeof found === 'object' && found !== null;
  return isError ? messageIn(found) || 'an error without words' : '';
}

const FIELDS = ['message', 'Message', 'error_description', 'error', 'errors', 'detail', 'details', 'msg', 'title'];

/** The first message in the shapes that providers use: `{error: {message}}`, `[{error: …}]`, `{detail: [{msg}]}`. */
function messageIn(json: unknown, depth = 0): string {
  if (typeof json === 'string') return json;
  if (depth > 4) return '';
  const parts = Array.isArray(json) ? json.slice(0, 1) : FIELDS.map((name) => objectOf(json)[name]);
  for (const part of parts) {
    const message = messageIn(part, depth + 1);
    if (message) return message;
  }
  return '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
