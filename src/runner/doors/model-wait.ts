import type { IncomingHttpHeaders } from 'node:http';

/**
 * The wait that the API asks for, in milliseconds, or undefined. It reads the same headers as OpenCode, so that the
 * door knows of every wait of OpenCode.
 * @see https://github.com/anomalyco/opencode/blob/v1.18.33/packages/opencode/src/session/retry.ts
 */
export function askedWait(headers: IncomingHttpHeaders, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(String(headers['retry-after-ms'] ?? ''));
  if (!Number.isNaN(milliseconds)) return Math.max(0, milliseconds);
  const text = headers['retry-after'] ?? '';
  const seconds = Number.parseFloat(text);
  if (!Number.isNaN(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
