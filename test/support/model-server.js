// @ts-check
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * One answer of the model: a tool call, a text (which ends the turn), or an HTTP error, each after an optional delay. It
 * may end in its middle (`cut`), or never come (`silent`).
 * @typedef {{ tool?: string, arguments?: Record<string, unknown>, text?: string, delay?: number,
 *   status?: number, headers?: Record<string, string>, body?: unknown, cut?: boolean, silent?: boolean }} Step
 * @typedef {{ match: string, steps: Step[] }} Rule
 * @typedef {Step[] | ((prompt: string) => Step[])} Script
 * @typedef {{ role: string, content?: string | { text?: string }[] | null }} Message
 * @typedef {{ model: string, messages: Message[], tools?: unknown[] }} Body
 */

/**
 * The steps of the first rule whose `match` occurs in the prompt.
 * @param {Rule[]} rules
 * @returns {(prompt: string) => Step[]}
 */
export const rulesScript = (rules) => (prompt) =>
  rules.find(({ match }) => prompt.includes(match))?.steps ?? [{ text: 'nothing to do' }];

/**
 * Serves an OpenAI-compatible model that follows a script.
 * @param {{ script: Script, listen?: string | undefined, apiKey?: string | undefined,
 *   onAsked?: (step: number) => void | Promise<void> }} options
 *   onAsked: is told which step is asked for, from 0, and waited for before the answer is looked up
 */
export async function startModelServer({ script, listen = '127.0.0.1:0', apiKey, onAsked }) {
  /** @type {{ headers: import('node:http').IncomingHttpHeaders, body: Body }[]} */
  const requests = [];
  const server = createServer(async (request, response) => {
    const fail = (/** @type {number} */ status, /** @type {unknown} */ body, headers = {}) =>
      response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    try {
      if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return fail(404, error('not found'));
      if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
        return fail(401, error('invalid API key'));
      }
      const body = /** @type {Body} */ (await json(request));
      requests.push({ headers: request.headers, body });
      if (body.tools?.length) await onAsked?.(answersIn(body));
      const step = nextStep(script, body);
      if (step.silent) return;
      // Unreferenced, so that an answer which nobody waits for keeps no process alive.
      if (step.delay) await sleep(step.delay, undefined, { ref: false });
      if (step.status) return fail(step.status, step.body ?? error(`scripted ${step.status}`), step.headers);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const chunk of chunks(step, body)) {
        const line = `data: ${JSON.stringify(chunk)}\n\n`;
        if (step.cut) return response.write(line.slice(0, line.length / 2), () => response.destroy());
        response.write(line);
      }
      response.end('data: [DONE]\n\n');
    } catch (cause) {
      fail(400, error(String(cause)));
    }
  });

  const split = listen.lastIndexOf(':');
  server.listen(Number(listen.slice(split + 1)), listen.slice(0, split));
  await once(server, 'listening');
  const { address, port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://${address}:${port}/v1`,
    requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const error = (/** @type {string} */ message) => ({ error: { message, type: 'scripted_error' } });

/**
 * The conversation itself tells how far it is, so that parallel ones need no state here.
 * @param {Script} script
 * @param {Body} body
 * @returns {Step}
 */
function nextStep(script, body) {
  // Only the agent that names a conversation asks without tools.
  if (!body.tools?.length) return { text: 'Scripted' };
  const steps = typeof script === 'function' ? script(textOf(body.messages.findLast(isUser))) : script;
  return steps[answersIn(body)] ?? { text: 'done' };
}

const isUser = (/** @type {Message} */ { role }) => role === 'user';

/** @param {Body} body */
const answersIn = ({ messages }) =>
  messages.slice(messages.findLastIndex(isUser) + 1).filter(({ role }) => role === 'assistant').length;

/** @param {Message} [message] */
function textOf(message) {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
}

/**
 * @param {Step} step
 * @param {Body} body
 */
function chunks(step, { model, messages }) {
  const system = messages.filter(({ role }) => role === 'system').map(textOf);
  const [, cwd = '.'] = /Working directory: (.+)/.exec(system.join('\n')) ?? [];
  const inCwd = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
    typeof value === 'string' ? value.replaceAll('{cwd}', () => cwd) : value;
  const call = step.tool && {
    index: 0,
    id: `call_${randomUUID()}`,
    type: 'function',
    function: { name: step.tool, arguments: JSON.stringify(step.arguments ?? {}, inCwd) },
  };
  const delta = { role: 'assistant', content: step.text ?? null, ...(call && { tool_calls: [call] }) };
  const chunk = { id: `chatcmpl-${randomUUID()}`, object: 'chat.completion.chunk', created: 0, model };
  return [
    { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] },
    {
      ...chunk,
      choices: [{ index: 0, delta: {}, finish_reason: call ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    },
  ];
}

async function main() {
  const { values } = parseArgs({
    options: { listen: { type: 'string' }, script: { type: 'string' }, 'api-key': { type: 'string' } },
  });
  const { listen, script, 'api-key': apiKey } = values;
  if (!script) throw new Error('--script FILE is missing');
  const { rules } = JSON.parse(await readFile(script, 'utf8'));
  const server = await startModelServer({ script: rulesScript(rules), listen, apiKey });
  process.once('SIGTERM', () => server.close());
  console.log(`listening on ${server.url}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
