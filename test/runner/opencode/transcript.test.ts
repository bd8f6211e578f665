import { beforeEach, describe, expect, test } from '@jest/globals';
import { Transcript } from '../../../src/runner/opencode/transcript.js';

let transcript: Transcript;
let parts = 0;
beforeEach(() => {
  transcript = new Transcript('/work');
  transcript.begin('own');
});

const event = (type: string, properties: object, sessionID = 'own') => ({
  type,
  properties: { sessionID, ...properties },
});
const part = (fields: object, sessionID = 'own') => {
  parts += 1;
  return event('message.part.updated', { part: { id: `p${parts}`, sessionID, ...fields } }, sessionID);
};
const said = (text: string, sessionID?: string) => part({ type: 'text', text, time: { start: 1, end: 2 } }, sessionID);
const called = (state: object, tool = 'bash', sessionID?: string) =>
  part({ type: 'tool', tool, state: { status: 'completed', ...state } }, sessionID);
const step = (reason: string, sessionID?: string) =>
  part({ type: 'step-finish', reason, tokens: { total: 5 }, cost: 0.5 }, sessionID);
const child = (id: string, title: string, parentID = 'own') =>
  event('session.created', { info: { id, parentID, title } }, id);
const lines = (...events: unknown[]) => events.flatMap((one) => transcript.take(one).lines);

describe('what a person reads', () => {
  test('is which tool worked on which file, relative to the worktree', () => {
    expect(lines(called({ input: { filePath: '/work/src/a.ts' } }, 'write'))).toEqual(['[write] src/a.ts']);
  });
  test('is a command and how it ended', () => {
    expect(lines(called({ input: { command: 'npm test' }, metadata: { exit: 3 } }))).toEqual([
      '[bash] npm test -> exit code 3',
    ]);
  });
  test('is a call that failed, with its words', () => {
    expect(lines(called({ status: 'error', error: 'no such file', input: { filePath: '/work/a' } }, 'read'))).toEqual([
      '[read] a -> no such file',
    ]);
  });
  test('is what the agent said, line by line, as soon as it is whole', () => {
    expect(lines(part({ type: 'text', text: 'One.', time: { start: 1 } }))).toEqual([]);
    expect(lines(said('One.\nTwo.\n'))).toEqual(['One.', 'Two.']);
  });
  test('is of a text without end its beginning, and how much more there is', () => {
    const told = lines(said(Array.from({ length: 1000 }, (_, at) => `line ${at}`).join('\n')));
    expect([told.length, told.at(0), told.at(199), told.at(200)]).toEqual([
      201,
      'line 0',
      'line 199',
      'and 800 more lines',
    ]);
  });
  test('is no part whose id is longer than any of OpenCode’s', () => {
    const props = { id: 'x'.repeat(201), sessionID: 'own', type: 'text', text: 'said', time: { end: 2 } };
    expect(lines(event('message.part.updated', { part: props }))).toEqual([]);
  });
  test('is nothing of what it was asked, nor of what OpenCode puts in by itself', () => {
    expect(lines(part({ type: 'text', text: 'the prompt' }))).toEqual([]);
    expect(lines(part({ type: 'text', text: 'Continue.', synthetic: true, time: { start: 1, end: 2 } }))).toEqual([]);
  });
  test('is an error in one line, without where in OpenCode it was made', () => {
    const error = {
      name: 'APIError',
      data: { message: 'no\n    at run (/x.js:1:2)\n  [cause]: key\n', statusCode: 401 },
    };
    expect(lines(event('session.error', { error }))).toEqual(['APIError: no [cause]: key (HTTP 401)']);
    expect(transcript.error).toBe('APIError: no [cause]: key (HTTP 401)');
  });
  test('is that the model is asked again, and when', () => {
    const status = { type: 'retry', attempt: 2, message: 'no', next: Date.now() + 8000 };
    expect(lines(event('session.status', { status }))).toEqual([
      expect.stringMatching(/^asks the model again in [78] s$/),
    ]);
  });
  test('is each part once, however often it is told', () => {
    const one = said('Once.');
    expect(lines(one, one)).toEqual(['Once.']);
    const end = step('stop');
    lines(end, end);
    expect(transcript).toMatchObject({ tokens: 5, cost: 0.5 });
  });
});

describe('the session of a subagent', () => {
  test('is told of with its title, also one that it has started itself', () => {
    expect(lines(child('a', 'sub work (@general subagent)'), said('Hi.', 'a'))).toEqual(['sub work: Hi.']);
    expect(lines(child('b', 'deeper', 'a'), called({ input: { command: 'ls' } }, 'bash', 'b'))).toEqual([
      'deeper: [bash] ls',
    ]);
    expect(transcript.sessions).toEqual(['own', 'a', 'b']);
  });
  test('counts with its tokens and its cost', () => {
    lines(child('a', 'sub'), step('stop', 'a'), step('stop'));
    expect(transcript).toMatchObject({ tokens: 10, cost: 1 });
  });
  test('says neither the run’s last words, nor its error, nor that it is idle', () => {
    lines(said('Mine.'), child('a', 'sub'), said('Its.', 'a'), event('session.error', { error: {} }, 'a'));
    expect(transcript.take(event('session.idle', {}, 'a')).isIdle).toBe(false);
    expect(transcript).toMatchObject({ lastText: 'Mine.', error: undefined });
  });
  test('of somebody else is no part of the run', () => {
    expect(lines(child('x', 'other', 'elsewhere'), said('Hi.', 'x'))).toEqual([]);
    expect(transcript.take(said('Hi.', 'x')).isLife).toBe(false);
  });
});

describe('a run makes no progress', () => {
  const again = (times: number, ...events: (() => unknown)[]) => {
    for (let time = 0; time < times; time++) for (const one of events) transcript.take(one());
  };
  const call = (output: string, sessionID?: string) => () =>
    called({ input: { command: 'date' }, output }, 'bash', sessionID);

  test('when the same call has had the same outcome 30 times', () => {
    again(29, call('1'));
    expect(transcript.endless).toBeUndefined();
    again(1, call('1'));
    expect(transcript.endless).toBe('the same call has had the same outcome 30 times: [bash] date');
  });
  test('also in a session that it has started', () => {
    transcript.take(child('a', 'sub'));
    again(30, call('1', 'a'));
    expect(transcript.endless).toContain('30 times: [bash] date');
  });
  test('not when the outcome is another one now and then', () => {
    again(20, call('1'), call('1'), call('2'));
    expect(transcript.endless).toBeUndefined();
  });
  test('when the model says the same five times', () => {
    again(
      5,
      () => said('All done.'),
      () => step('stop'),
    );
    expect(transcript.endless).toBe('the model has said the same 5 times: All done.');
  });
  test('not when it calls a tool between', () => {
    let count = 0;
    again(
      9,
      () => said('Next.'),
      () => call(String(count++))(),
    );
    expect(transcript.endless).toBeUndefined();
  });
  test.each(['unknown', 'other', 'eos'])('when three steps end with %s, and with no call', (reason) => {
    let count = 0;
    again(
      3,
      () => said(`Done ${count++}.`),
      () => step(reason),
    );
    expect(transcript.endless).toBe(`the model ends its steps with "${reason}" instead of "stop"`);
  });
  test('not when each step has called a tool, whatever it ends with', () => {
    let count = 0;
    again(
      9,
      () => call(String(count++))(),
      () => step('unknown'),
    );
    expect(transcript.endless).toBeUndefined();
  });
});

test('what nobody answers is told, with its kind', () => {
  expect(transcript.take(event('permission.asked', { id: 'a1' })).asks).toEqual({ kind: 'permission', id: 'a1' });
  expect(transcript.take(event('question.asked', { id: 'q1' })).asks).toEqual({ kind: 'question', id: 'q1' });
});

test.each(['server.heartbeat', 'plugin.added', 'catalog.updated', 'integration.updated', 'reference.updated'])(
  '%s is no life of the agent’s',
  (type) => expect(transcript.take(event(type, {})).isLife).toBe(false),
);

test.each([
  null,
  5,
  'text',
  [],
  {},
  { type: 'session.created', properties: { info: null } },
  { type: 'message.part.updated', properties: { sessionID: 'own', part: { sessionID: 'own', type: 'tool' } } },
  { type: 'message.part.updated', properties: { sessionID: 'own', part: 7 } },
  { type: 'session.error', properties: { sessionID: 'own', error: null } },
  { type: 'session.status', properties: { sessionID: 'own' } },
])('survives %j', (odd) => expect(() => transcript.take(odd)).not.toThrow());

test('what is no id and no number is none: the agent may answer in OpenCode’s place', () => {
  lines(part({ type: 'step-finish', tokens: { total: Number.POSITIVE_INFINITY }, cost: 'much' }));
  expect(transcript).toMatchObject({ tokens: 0, cost: 0 });
  transcript.begin('x'.repeat(5000));
  expect(transcript.session).toHaveLength(200);
});
