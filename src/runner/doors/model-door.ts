import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainLine } from '../../run/printable.js';
import type { ModelUsage } from '../../run/result.js';
import { Connections, listenOnLoopback } from './loopback.js';
import { admit, checkCaller, type Rules } from './model-admission.js';
import { Bodies } from './model-body.js';
import { exchange } from './model-exchange.js';
import { keyGuards } from './model-guard.js';
import { Ledger } from './model-ledger.js';
import { Notices } from './model-notices.js';
import { answerWith, type Outcome } from './model-outcome.js';
import { endWith, neverRetried, Refusal } from './model-refusal.js';
import { NO_TOKENS } from './model-tokens.js';
import { DEFAULT_LIMITS, type ModelDoorLimits, type ModelDoorOptions } from './model-types.js';
import { Upstream } from './model-upstream.js';

export type { ModelDoorLimits, ModelDoorOptions, ModelRequest } from './model-types.js';

/** The most connections: more than OpenCode opens, but few enough for the runner's memory. */
const CONNECTIONS = 256;
/** The most requests at once. It is limited because their tokens count only after the answers. */
const AT_ONCE = 16;
/** How long to wait for running requests when the door closes, in milliseconds. */
const CLOSING = 3000;
/**
 * How long a caller's connection without a request stays open, in milliseconds. It is longer than OpenCode keeps it.
 */
const IDLE = 600_000;

/**
 * The connection from a run's OpenCode to the model's API. This server on loopback puts the real key into requests,
 * removes it from answers and counts the cost. It only passes generation requests for the environment's models.
 */
export class ModelDoor {
  /** Base URL for OpenCode: the door's address with the API's path. */
  readonly url: string;
  /** The key for OpenCode: random, and only for this run. */
  readonly key = randomBytes(32).toString('hex');
  private readonly notices: Notices;
  private readonly ledger: Ledger;
  private readonly rules: Rules;
  private readonly pending = new Set<Promise<void>>();
  private readonly connections: Connections;
  private passing = 0;
  private problem = '';
  private overBudget = '';

  private constructor(
    options: ModelDoorOptions,
    limits: ModelDoorLimits,
    private readonly server: Server,
    private readonly upstream: Upstream,
  ) {
    const base = upstream.url.pathname.replace(/\/+$/, '');
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
    this.notices = new Notices(options);
    this.ledger = new Ledger(options);
    this.rules = {
      base,
      names: options.settings.names,
      doorKey: this.key,
      realKey: options.key,
      guardOf: keyGuards(),
      bodies: new Bodies(limits),
      closed: () => this.overBudget,
    };
    this.connections = new Connections(server);
    server.on('request', (request, response) => this.take(request, response));
    server.on('connect', (request, socket) => this.refuseTunnel(request, socket));
    server.on('clientError', (_, socket) => endWith(socket, 400, 'the request cannot be read'));
    server.on('error', () => undefined);
  }

  /**
   * Opens the door on 127.0.0.1, at a free port.
   * @throws Error if the API's URL is invalid
   */
  static async open(options: ModelDoorOptions, limits: Partial<ModelDoorLimits> = {}): Promise<ModelDoor> {
    const all = { ...DEFAULT_LIMITS, ...limits };
    const upstream = new Upstream(new URL(options.settings.url), all);
    const server = createServer({ requireHostHeader: false, keepAliveTimeout: IDLE });
    server.maxConnections = CONNECTIONS;
    await listenOnLoopback(server);
    return new ModelDoor(options, all, server, upstream);
  }

  /** The usage so far, by model. */
  usage(): ModelUsage[] {
    return this.ledger.usage();
  }

  /** The last problem since the last good answer, or '' if there was none. It explains why a run seems to stall. */
  lastProblem(): string {
    return this.problem;
  }

  /** Ends all running requests. Their usage so far counts. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.connections.end();
    const ended = Promise.all([closed, ...this.pending]);
    await Promise.race([ended, sleep(CLOSING, undefined, { ref: false })]);
    this.upstream.close();
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    // Without a listener, a broken connection would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const work = this.answer(request, response)
      .catch(() => {
        response.destroy();
      })
      .finally(() => this.pending.delete(work));
    this.pending.add(work);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let isOwn = false;
    try {
      checkCaller(request, this.key);
      isOwn = true;
      if (this.passing >= AT_ONCE) throw new Refusal(503, `more than ${AT_ONCE} requests at once; try again`);
      this.passing++;
      response.once('close', () => this.passing--);
      const asked = await admit(request, this.rules);
      const outcome = await exchange(asked, response, this.upstream, () => this.notices.timeLeft());
      this.count(asked.model, outcome);
      outcome.finish();
    } catch (error) {
      this.refuse(error, response, isOwn);
    }
  }

  private count(model: string, { status, tokens, problem, hopeless }: Outcome): void {
    const words = plainLine(problem);
    const cost = this.ledger.add(model, tokens, words !== '');
    this.problem = words;
    this.notices.request({ model, status, tokens, cost, problem: words });
    if (hopeless) this.notices.hopeless(plainLine(hopeless));
    // The first message stays, since requests are refused with it while earlier ones still end.
    this.overBudget ||= this.ledger.overBudget();
    if (this.overBudget) this.notices.overBudget(this.overBudget);
  }

  /** @param isOwn whether the caller had the key: only then does OpenCode's state depend on the refusal */
  private refuse(error: unknown, response: ServerResponse, isOwn: boolean): void {
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'the request cannot be passed on');
    const { status, model } = refusal;
    const problem = plainLine(refusal.message);
    // If the caller has left, there is no answer and no problem to report.
    if (response.destroyed && !(error instanceof Refusal)) return;
    if (isOwn) this.problem = problem;
    this.notices.request({ model, status, tokens: NO_TOKENS, cost: undefined, problem });
    const words = status === 503 ? problem : neverRetried(problem);
    answerWith(response, status, words);
  }

  private refuseTunnel(request: IncomingMessage, socket: Duplex): void {
    const problem = plainLine(`CONNECT ${(request.url ?? '').slice(0, 200)} does not pass: the model door is no proxy`);
    this.notices.request({ model: '', status: 403, tokens: NO_TOKENS, cost: undefined, problem });
    endWith(socket, 403, problem);
  }
}
