import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connectTo } from '../../../src/runner/opencode/connection.js';
import { Transcript } from '../../../src/runner/opencode/transcript.js';
import { takeTurn } from '../../../src/runner/opencode/turn.js';
import { type FakeOpenCode, SESSION, startFakeOpenCode } from './fake-opencode.js';

/** For the slowest machine; a turn takes a second or six. */
const PATIENCE = 60_000;

let server: FakeOpenCode;
let transcript: Transcript;
let lines: string[];
let stop: AbortController;
beforeEach(async () => {
  server = await startFakeOpenCode();
  transcript = new Transcript('/work');
  lines = [];
  stop = new AbortController();
});
afterEach(() => server.close());

const turn = (check = () => {}) =>
  takeTurn(connectTo({ port: server.port, password: 'x' }, '/work'), 'T001', 'the prompt', transcript, {
    signal: stop.signal,
    check,
    onEvent: (_, taken) => void lines.push(...taken.lines),
  });
async function until(what: () => unknown): Promise<void> {
  for (const end = Date.now() + PATIENCE; !what() && Date.now() < end; ) await sleep(20);
  expect(what()).toBeTruthy();
}
const prompted = () => until(() => server.asked.some(({ path }) => path.endsWith('/prompt_async')));
const text = (id: string, said: string) => ({
  id,
  sessionID: SESSION,
  type: 'text',
  text: said,
  time: { start: 1, end: 2 },
});
const message = (info: object, ...parts: object[]) => ({ info: { role: 'assistant', ...info }, parts });
const done = (...parts: object[]) => message({ finish: 'stop', time: { completed: 1 } }, ...parts);
const error = { name: 'APIError', data: { message: 'no', statusCode: 401 } };

describe('a turn', () => {
  test(
    'gives OpenCode the prompt as it is, in a session that asks nobody',
    async () => {
      const ended = turn();
      await prompted();
      server.state.messages = [done(text('p1', 'Done.'))];
      server.tell('session.idle', {});
      await ended;
      expect(server.asked[0]).toEqual({
        path: '/session',
        body: { title: 'T001', permission: [{ permission: 'question', pattern: '*', action: 'deny' }] },
      });
      expect(server.asked[1]).toEqual({
        path: `/session/${SESSION}/prompt_async`,
        body: { parts: [{ type: 'text', text: 'the prompt' }] },
      });
      expect(lines).toEqual(['Done.']);
    },
    PATIENCE,
  );
  test(
    'is not over before it has begun, nor while a message is not whole',
    async () => {
      const ended = turn();
      await prompted();
      await sleep(1500);
      server.state.messages = [message({})];
      server.tell('session.idle', {});
      await sleep(1500);
      server.state.messages = [done(text('p1', 'Done.'))];
      await ended;
      expect(lines).toEqual(['Done.']);
    },
    PATIENCE,
  );
  test(
    'ends as its history says, though that has the error only after OpenCode was idle',
    async () => {
      const ended = turn();
      await prompted();
      server.state.messages = [message({})];
      server.tell('session.error', { error });
      server.tell('session.idle', {});
      await sleep(600);
      server.state.messages = [message({ error, time: { completed: 1 } })];
      server.tell('session.idle', {});
      await expect(ended).rejects.toMatchObject({ outcome: 'agent-failed', message: 'APIError: no (HTTP 401)' });
    },
    PATIENCE,
  );
  test(
    'believes an error that the history never shows',
    async () => {
      const ended = turn();
      await prompted();
      server.tell('session.error', { error: { name: 'UnknownError', data: { message: 'no such model' } } });
      server.tell('session.idle', {});
      await expect(ended).rejects.toMatchObject({ message: 'UnknownError: no such model' });
    },
    PATIENCE,
  );
  test(
    'is good where the agent got over an error',
    async () => {
      const ended = turn();
      await prompted();
      server.tell('session.error', { error });
      server.state.messages = [done(text('p1', 'Done all the same.'))];
      server.tell('session.idle', {});
      await ended;
    },
    PATIENCE,
  );
  test(
    'goes on over events that are cut off, and tells each part once',
    async () => {
      server.state.busy = true;
      const ended = turn();
      await prompted();
      server.tell('message.part.updated', { part: text('p1', 'One.') });
      await until(() => lines.length === 1);
      server.state.messages = [message({ finish: 'tool-calls' }, text('p1', 'One.'), text('p2', 'Two.'))];
      server.cut();
      await until(() => server.streams() === 2);
      await until(() => lines.length === 2);
      server.tell('message.part.updated', { part: text('p2', 'Two.') });
      server.state.messages = [done(text('p3', 'Three.'))];
      server.state.busy = false;
      server.tell('session.idle', {});
      await ended;
      expect(lines).toEqual(['One.', 'Two.', 'Three.']);
    },
    PATIENCE,
  );
  test(
    'learns of a session that was started while nobody listened',
    async () => {
      server.state.busy = true;
      const ended = turn();
      await prompted();
      server.state.children = [{ id: 'ses_child', parentID: SESSION, title: 'sub work' }];
      server.cut();
      await until(() => server.streams() === 2);
      const part = { ...text('c1', 'Hi.'), sessionID: 'ses_child' };
      server.tell('message.part.updated', { sessionID: 'ses_child', part });
      await until(() => lines.includes('sub work: Hi.'));
      server.state.messages = [done(text('p1', 'Done.'))];
      server.state.busy = false;
      await ended;
    },
    PATIENCE,
  );
  test(
    'refuses what nobody is there to answer',
    async () => {
      const ended = turn();
      await prompted();
      server.tell('permission.asked', { id: 'per_1' });
      server.tell('question.asked', { id: 'que_1' });
      const answered = (path: string) => server.asked.find((one) => one.path === path);
      await until(() => answered('/permission/per_1/reply') && answered('/question/que_1/reject'));
      expect(answered('/permission/per_1/reply')?.body).toEqual({ reply: 'reject' });
      server.state.messages = [done(text('p1', 'Done.'))];
      await ended;
    },
    PATIENCE,
  );
  test(
    'ends at once for the reason that its caller has',
    async () => {
      const ended = turn();
      await prompted();
      stop.abort(new Error('asked to stop'));
      await expect(ended).rejects.toThrow('asked to stop');
    },
    PATIENCE,
  );
  test(
    'ends when its caller knows that OpenCode is gone',
    async () => {
      let gone = false;
      const ended = turn(() => {
        if (gone) throw new Error('it was killed');
      });
      await prompted();
      gone = true;
      await server.close();
      await expect(ended).rejects.toThrow('it was killed');
      server = await startFakeOpenCode();
    },
    PATIENCE,
  );
});

test(
  'an answer without end is none',
  async () => {
    const client = connectTo({ port: server.port, password: 'x' }, '/work')(stop.signal);
    server.state.messages = [{ info: {}, parts: [{ text: 'x'.repeat(17 * 1024 * 1024) }] }];
    await expect(client.session.messages({ sessionID: SESSION }, { throwOnError: true })).rejects.toThrow();
  },
  PATIENCE,
);
