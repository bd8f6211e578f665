import { createHash } from 'node:crypto';
import { describeError, describeTool, number, text, writtenBy } from './words.js';

/** The run has stalled when the same tool call has had the same outcome this many times in a row. */
const SAME_CALLS = 30;
/** The run has stalled when the model has said the same this many times in a row, without a tool call in between. */
const SAME_TEXTS = 5;
/** The run has stalled after this many steps in a row without a tool call and without the end of the model's turn. */
const ENDLESS_STEPS = 3;
/** The longest session id, in characters: the result has to fit into the termination message. */
const SESSION = 200;

/** The most lines of one text in the log. */
const LINES = 200;
/**
 * The most sessions and message parts that are remembered, and the longest ids. The agent may make any number of them.
 */
const MOST = { sessions: 1000, parts: 200_000, id: 200 };
/** The longest last text of the agent that is kept, in characters. */
const SAID = 20_000;

/** Events that OpenCode sends by itself, even if the agent does nothing. */
const NO_LIFE = /^(server|plugin|catalog|integration|reference)\./;

/** The relevant fields of OpenCode's events. Everything is optional, since the agent may answer in OpenCode's place. */
interface Event {
  readonly type?: string;
  readonly properties?: {
    readonly sessionID?: string;
    readonly id?: string;
    readonly info?: {
      readonly id?: string;
      readonly parentID?: string;
      readonly title?: string;
      readonly role?: string;
    };
    readonly part?: Part;
    readonly status?: { readonly type?: string; readonly next?: number };
    readonly error?: unknown;
  };
}

/** A part of a message. */
export interface Part {
  readonly id?: string;
  readonly sessionID?: string;
  readonly type?: string;
  readonly text?: string;
  readonly synthetic?: boolean;
  readonly time?: { readonly end?: number };
  readonly tool?: string;
  readonly reason?: string;
  readonly cost?: number;
  readonly tokens?: { readonly total?: number; readonly input?: number; readonly output?: number };
  readonly state?: ToolState;
}

export interface ToolState {
  readonly status?: string;
  readonly title?: string;
  readonly error?: string;
  readonly output?: unknown;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The state of one of the run's sessions. */
interface Session {
  /** '' for the run's own. */
  readonly title: string;
  lastCall?: string;
  calls: number;
  lastText?: string;
  texts: number;
  /** Whether the present step has called a tool. */
  called: boolean;
  endless: number;
}

/** The result of reading an event. */
export interface Taken {
  /** Lines about the event, for a person. */
  readonly lines: readonly string[];
  /** Whether a log of raw events should have it. */
  readonly isNews?: boolean;
  /** Whether it shows that the agent is active. */
  readonly isLife: boolean;
  /** OpenCode's question, which no user will answer. */
  readonly asks?: { readonly kind: 'permission' | 'question'; readonly id: string };
  /** The run's own session seems to have nothing more to do. */
  readonly isIdle?: boolean;
}

/** Everything that the run's session and its child sessions have said so far. Repeated parts count once. */
export class Transcript {
  tokens = 0;
  cost = 0;
  /** The agent's last text in the run's own session. */
  lastText: string | undefined;
  /** The last error of the run's own session. */
  error: string | undefined;
  /** Why the run makes no progress; undefined while it does. */
  endless: string | undefined;
  /** Paths in the worktree that a write or edit call named. */
  readonly written = new Set<string>();
  private own = '';
  private readonly all = new Map<string, Session>();
  private readonly told = new Set<string>();

  constructor(private readonly worktree: string) {}

  /** The run's own session. */
  get session(): string | undefined {
    return this.own === '' ? undefined : this.own.slice(0, SESSION);
  }

  /** The ids of the run's session and its child sessions. */
  get sessions(): string[] {
    return [...this.all.keys()];
  }

  /** Sets the run's own session. */
  begin(id: string): void {
    this.own = id;
    this.all.set(id, noSession(''));
  }

  take(raw: unknown): Taken {
    const { type, properties = {} } = (Object(raw) ?? {}) as Event;
    const id = text(properties.sessionID);
    if (type === 'session.created') this.adopt(properties.info);
    const session = this.all.get(id);
    if (!session) return { lines: [], isLife: false };
    const taken = { lines: [] as string[], isLife: !NO_LIFE.test(text(type)) };
    switch (type) {
      case 'message.part.updated':
        return { ...taken, ...this.takePart(properties.part) };
      case 'session.status': {
        const { type: state, next } = properties.status ?? {};
        const seconds = Math.round((number(next) - Date.now()) / 1000);
        if (state === 'retry') return { isLife: false, lines: [`asks the model again in ${Math.max(0, seconds)} s`] };
        return { ...taken, isIdle: state === 'idle' && id === this.own };
      }
      case 'session.idle':
        return { ...taken, isIdle: id === this.own };
      case 'session.error': {
        const words = describeError(properties.error);
        if (id === this.own) this.error = words;
        return { ...taken, lines: [this.lead(session, words)] };
      }
      case 'permission.asked':
      case 'question.asked':
        return {
          ...taken,
          asks: { kind: type === 'permission.asked' ? 'permission' : 'question', id: text(properties.id) },
        };
      default:
        return taken;
    }
  }

  /** Reads a part of a message once it is complete. */
  private takePart(part: Part | undefined): Pick<Taken, 'lines' | 'isNews'> {
    const session = this.all.get(text(part?.sessionID));
    if (!part || !session || !isWhole(part) || !this.isNew(text(part.id))) return { lines: [] };
    this.told.add(text(part.id));
    switch (part.type) {
      case 'text':
        return { lines: this.takeText(session, text(part.text)), isNews: true };
      case 'tool':
        this.takeCall(session, part);
        return { lines: [this.lead(session, describeTool(part, this.worktree))], isNews: true };
      default:
        this.takeStep(session, part);
        return { lines: [], isNews: true };
    }
  }

  private isNew(id: string): boolean {
    return id.length <= MOST.id && this.told.size < MOST.parts && !this.told.has(id);
  }

  private adopt(info: NonNullable<Event['properties']>['info']): void {
    const id = text(info?.id);
    if (id === '' || this.all.has(id) || !this.all.has(text(info?.parentID))) return;
    if (id.length > MOST.id || this.all.size >= MOST.sessions) return;
    // OpenCode appends the agent's name to the title.
    const title = text(info?.title).slice(0, MOST.id);
    this.all.set(id, noSession(title.replace(/ \(@.*\)$/, '') || 'subagent'));
  }

  private takeText(session: Session, said: string): string[] {
    const hash = digest(said);
    const same = said.trim() !== '' && hash === session.lastText;
    session.texts = same ? session.texts + 1 : 1;
    session.lastText = hash;
    if (session.title === '') this.lastText = said.slice(0, SAID);
    if (session.texts >= SAME_TEXTS) {
      this.endless ??= `the model has said the same ${SAME_TEXTS} times: ${said.trim().slice(0, SAID)}`;
    }
    if (said.trim() === '') return [];
    const lines = said.trim().split('\n');
    const more = lines.length > LINES ? [`and ${lines.length - LINES} more lines`] : [];
    return [...lines.slice(0, LINES), ...more].map((line) => this.lead(session, line));
  }

  private takeCall(session: Session, part: Part): void {
    const { tool, state = {} } = part;
    for (const path of writtenBy(part, this.worktree)) if (this.written.size < MOST.parts) this.written.add(path);
    const call = digest(JSON.stringify([tool, state.input, state.output, state.error]));
    session.calls = call === session.lastCall ? session.calls + 1 : 1;
    session.lastCall = call;
    session.called = true;
    session.texts = 0;
    if (session.calls < SAME_CALLS) return;
    this.endless ??= `the same call has had the same outcome ${SAME_CALLS} times: ${describeTool(part, this.worktree)}`;
  }

  private takeStep(session: Session, { reason, tokens, cost }: Part): void {
    this.tokens += number(tokens?.total ?? number(tokens?.input) + number(tokens?.output));
    this.cost += number(cost);
    session.endless = session.called || reason === 'stop' ? 0 : session.endless + 1;
    session.called = false;
    if (session.endless < ENDLESS_STEPS) return;
    this.endless ??= `the model ends its steps with "${text(reason)}" instead of "stop"`;
  }

  private lead = ({ title }: Session, line: string): string => (title === '' ? line : `${title}: ${line}`);
}

/** A short value that identifies a text of any length. */
const digest = (said: string): string => createHash('sha256').update(said).digest('base64');

const noSession = (title: string): Session => ({ title, calls: 0, texts: 0, called: false, endless: 0 });

function isWhole({ type, time, synthetic, state }: Part): boolean {
  switch (type) {
    case 'text':
      return time?.end !== undefined && !synthetic;
    case 'tool':
      return state?.status === 'completed' || state?.status === 'error';
    default:
      return type === 'step-finish';
  }
}
