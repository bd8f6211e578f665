import { setTimeout as sleep } from 'node:timers/promises';
import type { OpencodeClient } from '@opencode-ai/sdk/v2/client';
import { RunFailure } from '../process/failure.js';
import type { Connection } from './connection.js';
import type { Taken, Transcript } from './transcript.js';
import { failureOf, isEnded, type Message } from './verdict.js';
import { within } from './within.js';

/** Without an event, the turn is checked this often, in milliseconds. */
const LOOK = 5000;
/**
 * OpenCode reports too early that it is idle. The turn is over when it has been idle for this long, in milliseconds.
 */
const SETTLED = 300;
/**
 * An answer or an error appears in the events before it is in the history. The history may take this long, in
 * milliseconds.
 */
const STORED = 5000;
/** How long OpenCode may take to start the task, in milliseconds. */
const BEGINNING = 60_000;
/** A request without an answer within this time, in milliseconds, is repeated. */
const ANSWER = 20_000;
/** The most attempts for the first requests. */
const ATTEMPTS = 5;
/** The longest time without any answer from OpenCode, in milliseconds. */
const SILENT = 60_000;
/** The number of messages of a session that are read again after missed events. */
const RECENT = 20;
/** The pause before the event stream is opened again, in milliseconds. */
const AGAIN = 250;

const THROWING = { throwOnError: true } as const;

/** The caller's hooks into a turn. */
export interface TurnHooks {
  /** Receives each event, with the result of reading it. */
  readonly onEvent: (event: unknown, taken: Taken) => void;
  /** Throws if the agent's side is gone. */
  readonly check: () => void;
  readonly signal: AbortSignal;
}

/**
 * Gives OpenCode the task and waits for its end.
 * @throws RunFailure agent-failed unless the history shows success
 */
export async function takeTurn(
  connection: Connection,
  title: string,
  prompt: string,
  transcript: Transcript,
  { onEvent, check, signal }: TurnHooks,
): Promise<void> {
  const ended = new AbortController();
  let wake = () => {};
  const stopped = () => wake();
  signal.addEventListener('abort', stopped);
  const events = followEvents();
  try {
    await Promise.race([events.begun, sleep(BEGINNING, undefined, { ref: false })]);
    const id = await newSession();
    await begin(id);
    const failure = await over(id);
    if (failure) throw new RunFailure('agent-failed', failure);
  } finally {
    ended.abort();
    signal.removeEventListener('abort', stopped);
  }

  /** Denies questions: nobody is there to answer them, and the session would wait forever. */
  async function newSession(): Promise<string> {
    const permission = [{ permission: 'question', pattern: '*', action: 'deny' as const }];
    const { data } = await patiently(() => ask((client) => client.session.create({ title, permission }, THROWING)));
    const id = String(data.id);
    transcript.begin(id);
    return id;
  }

  /** Sends the prompt. If an answer gets lost, the history shows whether OpenCode has accepted it. */
  async function begin(sessionID: string): Promise<void> {
    const parts = [{ type: 'text' as const, text: prompt }];
    await patiently(async () => {
      if ((await lastMessage(sessionID)) !== undefined) return;
      await ask((client) => client.session.promptAsync({ sessionID, parts }, THROWING));
    });
  }

  /** Repeats a request that OpenCode may never answer, because it is still starting. */
  async function patiently<T>(request: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        signal.throwIfAborted();
        check();
        if (attempt === ATTEMPTS) throw error;
        await sleep(AGAIN);
      }
    }
  }

  function ask<T>(request: (client: OpencodeClient) => Promise<T>): Promise<T> {
    return within(signal, ANSWER, (limited) => request(connection(limited)));
  }

  async function over(id: string): Promise<string | undefined> {
    let idleSince: number | undefined;
    let answeredAt = Date.now();
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      signal.throwIfAborted();
      check();
      try {
        const busy = await isBusy();
        idleSince = busy ? undefined : (idleSince ?? Date.now());
        const end = idleSince === undefined ? undefined : await endOf(id, Date.now() - idleSince);
        answeredAt = Date.now();
        if (end) return end.failure;
      } catch (error) {
        signal.throwIfAborted();
        if (Date.now() - answeredAt < SILENT) await sleep(AGAIN);
        else return `OpenCode does not answer any more: ${(error as Error).message}`;
      }
      await Promise.race([woken, sleep(idleSince === undefined ? LOOK : SETTLED, undefined, { ref: false })]);
    }
  }

  /** How the turn has ended after this much idle time; undefined if it may still go on. */
  async function endOf(id: string, idle: number): Promise<{ failure: string | undefined } | undefined> {
    const last = await lastMessage(id);
    if (last && isEnded(last)) {
      if (idle < SETTLED) return undefined;
      await catchUp();
      return { failure: failureOf(last) };
    }
    if (idle < STORED) return undefined;
    if (transcript.error) return { failure: transcript.error };
    if (last?.info?.role === 'assistant') return { failure: failureOf(last) };
    return idle < BEGINNING ? undefined : { failure: 'OpenCode did not begin with the task' };
  }

  async function isBusy(): Promise<boolean> {
    const { data } = await ask((client) => client.session.status({}, THROWING));
    return transcript.sessions.some((id) => Object.hasOwn(Object(data), id));
  }

  async function lastMessage(id: string): Promise<Message | undefined> {
    const { data } = await ask((client) => client.session.messages({ sessionID: id, limit: 1 }, THROWING));
    return (data as readonly Message[]).at(-1);
  }

  /** Reads messages again whose events may have been missed. */
  async function catchUp(): Promise<void> {
    for (const sessionID of transcript.sessions) {
      const children = await ask((client) => client.session.children({ sessionID }, THROWING));
      for (const info of children.data as readonly { id: string }[]) {
        transcript.take({ type: 'session.created', properties: { sessionID: info.id, info } });
      }
    }
    for (const sessionID of transcript.sessions) {
      const { data } = await ask((client) => client.session.messages({ sessionID, limit: RECENT }, THROWING));
      for (const message of data as readonly Message[]) {
        if (message.info?.role !== 'assistant') continue;
        for (const part of message.parts ?? []) {
          const event = { type: 'message.part.updated', properties: { sessionID, part } };
          const taken = transcript.take(event);
          if (taken.isNews) onEvent(event, taken);
        }
      }
    }
  }

  /** Follows the event stream and reopens it. The client's own retries would be silent, with growing pauses. */
  function followEvents(): { begun: Promise<void> } {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    void (async () => {
      for (let round = 0; !ended.signal.aborted; round++) {
        try {
          if (round > 0) await catchUp();
          await within(ended.signal, ANSWER, async (limited, answers) => {
            const { stream } = await connection(limited).event.subscribe({}, { sseMaxRetryAttempts: 1 });
            for await (const event of stream) {
              answers();
              begin();
              take(event);
            }
          });
        } catch {
          // Whether the agent's side is still there is checked separately.
        }
        wake();
        await sleep(AGAIN, undefined, { ref: false });
      }
    })();
    return { begun };
  }

  function take(event: unknown): void {
    const taken = transcript.take(event);
    onEvent(event, taken);
    if (taken.asks) void answer(taken.asks);
    if (taken.isIdle) wake();
  }

  /** Refuses OpenCode's questions, since nobody is there. A later message reports the refusal. */
  async function answer({ kind, id }: NonNullable<Taken['asks']>): Promise<void> {
    try {
      if (kind === 'permission')
        await ask((client) => client.permission.reply({ requestID: id, reply: 'reject' }, THROWING));
      else await ask((client) => client.question.reject({ requestID: id }, THROWING));
    } catch {
      // The question was answered already, or has gone with its session.
    }
  }
}
