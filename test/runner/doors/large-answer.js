// @ts-check
// A process of its own: passes 100 MB through a door and tells its parent how much more it has held meanwhile. It is
// started with --expose-gc, because each version of Node leaves garbage for another while.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelDoor } from '../../../lib/runner/doors/model-door.js';

const TOTAL = 100e6;
const event = `data: ${JSON.stringify({ choices: [{ delta: { content: 'words of an answer '.repeat(50) } }] })}\n\n`;
const block = Buffer.from(event.repeat(60));
const usage = { prompt_tokens: 70, completion_tokens: 10 };
let sent = 0;

const api = createServer(async (incoming, response) => {
  incoming.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (; sent < TOTAL; sent += block.length) if (!response.write(block)) await once(response, 'drain');
  response.end(`data: ${JSON.stringify({ usage })}\n\n`);
}).listen(0, '127.0.0.1');
await once(api, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (api.address());

const door = await ModelDoor.open({
  settings: { url: `http://127.0.0.1:${port}`, names: ['model-a'], prices: {} },
  budget: { tokens: 0, cost: 0 },
  key: () => 'sk-proj-Qm7Vx2Lr9Tz4Wc8Ks1Np6Jd3Hb5Gf0YaEuRoPiSq',
  onRequest: () => undefined,
  onOverBudget: () => undefined,
  timeLeft: () => 1e9,
  onHopeless: () => undefined,
});

function held() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = held();
const asked = request(`${door.url}/chat/completions`, { method: 'POST', headers: { 'x-api-key': door.key } });
asked.end('{"model":"model-a"}');
const [answer] = /** @type {[import('node:http').IncomingMessage]} */ (await once(asked, 'response'));
// Nobody reads until the API is not let write any more.
for (let ahead = -1; ahead !== sent; await sleep(200)) ahead = sent;
const ahead = sent;
let bytes = 0;
let most = held();
for await (const chunk of answer) {
  const isNext = Math.floor(bytes / 5e6) < Math.floor((bytes + chunk.length) / 5e6);
  bytes += chunk.length;
  if (isNext) most = Math.max(most, held());
}
process.send?.({ bytes, ahead, grown: most - before, usage: door.usage() });
await door.close();
api.close();
api.closeAllConnections();
process.disconnect();
