import type { IncomingMessage } from 'node:http';
import { isLoopback } from './loopback.js';
import type { Bodies } from './model-body.js';
import type { Asked } from './model-exchange.js';
import type { KeyGuard } from './model-guard.js';
import { keyHeaders, requestHeaders } from './model-headers.js';
import type { Field } from './model-json.js';
import { modelOf } from './model-names.js';
import { endpointOf } from './model-paths.js';
import { readQuery } from './model-query.js';
import { Refusal } from './model-refusal.js';

/** A header's value without control characters. */
const HEADER_VALUE = /^[\x20-\x7e]*$/;

/** The rules for a request. */
export interface Rules {
  /** Base path of the API. */
  readonly base: string;
  readonly names: readonly string[];
  readonly doorKey: string;
  readonly realKey: () => string;
  readonly guardOf: (key: string) => KeyGuard;
  readonly bodies: Bodies;
  /** Why the door is closed for all requests, or '' while it is open. */
  readonly closed: () => string;
}

/** @throws Refusal unless the request comes from a program of this machine with the door's key */
export function checkCaller(request: IncomingMessage, doorKey: string): void {
  const { host, origin } = request.headers;
  if (!isLoopback(host)) throw new Refusal(421, 'the model door answers to the names of this machine only');
  if (origin !== undefined) throw new Refusal(403, 'the model door answers no web page');
  if (keyHeaders(request.headers, doorKey).length === 0 && !readQuery(queryOf(request), doorKey).hasKey) {
    throw new Refusal(401, "the request lacks this run's key for the model; OpenCode has it in its configuration");
  }
}

/**
 * Checks a request of a caller with the key, and prepares it for the API.
 * @throws Refusal for everything but generation with the environment's models
 */
export async function admit(request: IncomingMessage, rules: Rules): Promise<Asked> {
  const { base, names, doorKey, bodies } = rules;
  const { method = '', url = '', headers } = request;
  const path = url.split('?', 1)[0] ?? '';
  const endpoint = method === 'POST' && headers.upgrade === undefined ? endpointOf(path, base) : undefined;
  if (!endpoint) {
    throw new Refusal(403, `${method} ${path.slice(0, 200)} does not pass: only requests that let a model write do`);
  }
  const query = readQuery(queryOf(request), doorKey);
  const closed = rules.closed();
  if (closed) throw new Refusal(402, closed);
  const realKey = readKey(rules.realKey);
  const body = await bodies.read(request);
  try {
    if (body.fields.some((field) => isBackground(field) && field[1] !== false && field[1] !== null)) {
      throw new Refusal(
        403,
        'a request that is answered in the background does not pass: nobody would see what it uses',
      );
    }
    const naming = body.fields.filter((field) => !isBackground(field));
    const model = modelOf(names, endpoint.model, naming);
    const sent = { path: path + query.with(realKey), headers: requestHeaders(headers, doorKey, realKey) };
    return { api: endpoint.api, model, request: sent, body, guard: rules.guardOf(realKey) };
  } catch (error) {
    body.release();
    throw error;
  }
}

const isBackground = ([name]: Field): boolean => name.toLowerCase() === 'background';

function readKey(read: () => string): string {
  let key: string;
  try {
    // Tools that store the key may leave line ends and spaces around it.
    key = read().trim();
  } catch {
    throw new Refusal(401, "the model's key cannot be read; check the Secret of model.credential");
  }
  if (HEADER_VALUE.test(key)) return key;
  throw new Refusal(401, "the model's key has characters that no key has; store it in its Secret as plain text");
}

const queryOf = ({ url = '' }: IncomingMessage): string => url.split(/\?([\s\S]*)/)[1] ?? '';
