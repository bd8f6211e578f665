// @ts-check
// Tools that run agent-runner, and show in the line of the subagent, in the main session, what every pod does just now.
// They need nothing but OpenCode. Where its session API is another one, they work without that line.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const COMMAND = process.env.AGENT_RUNNER ?? 'agent-runner';
/** How much of the output the model gets, in characters. */
const KEPT = 20_000;
/** How much of the newest lines is shown: tasks, and characters of each line. */
const TASKS = 12;
const WIDTH = 110;
/** How often the line changes at most, in milliseconds. */
const PAUSE = 500;
/** Characters that move the cursor or turn the direction of text. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * @typedef {{ sessionID: string, messageID: string, callID?: string, abort?: AbortSignal }} Context of a tool call
 * @typedef {{ callID?: string, id: string, state?: { status: string } }} Part of a message
 * @typedef {object} Client of the session API, as far as it is needed here
 * @property {{ message(of: object): Promise<{ data?: { parts?: Part[] } }> }} session
 * @property {{ patch(request: object): Promise<unknown> }} _client
 */

/**
 * A word that begins with - would be a flag, and flags read files.
 * @param {string[]} given
 */
const words = (...given) =>
  given.map(String).map((word) => {
    if (word === '' || /^-|[\n\0]/.test(word)) throw new Error(`"${word}" is no name`);
    return word;
  });

/**
 * Calls back with each line. What has no end yet counts as one when it is too long to be kept.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} take
 */
function eachLine(stream, take) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (rest.length > KEPT) {
      take(rest);
      rest = '';
    }
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}

/** The newest line of each task, as one text. */
class Newest {
  /** @type {Map<string, string>} */
  lines = new Map();

  /**
   * What to show after one more line; undefined if it changes nothing.
   * @param {string} line
   */
  add(line) {
    const [, task, said = ''] = /^(T[\w-]+) +\| (.*)/.exec(line) ?? [];
    // Before a task says something, whatever is said is shown.
    if (!task) return this.lines.size === 0 && line.trim() ? shown(line) : undefined;
    this.lines.delete(task);
    this.lines.set(task, said);
    const newest = [...this.lines].slice(-TASKS).sort(([one], [other]) => (one < other ? -1 : 1));
    return newest.map(([id, text]) => shown(`${id} ${text}`)).join('\n  ');
  }
}

/** @param {string} line */
const shown = (line) => line.replace(CONTROLS, '').slice(0, WIDTH);

/** @param {{ client: Client, directory: string }} input */
export const AgentRunner = async ({ client, directory }) => {
  /**
   * Sets the title of a running tool call. A tool's own context.metadata() does nothing in OpenCode 1.18.
   * @param {Context} context
   */
  function titleOf({ sessionID, messageID, callID }) {
    /** @type {string | undefined} */
    let next;
    let busy = false;
    /** @param {string} title */
    const put = async (title) => {
      const { data } = await client.session.message({ path: { id: sessionID, messageID } });
      const part = data?.parts?.find((each) => each.callID === callID);
      if (part?.state?.status !== 'running') return;
      await client._client.patch({
        url: `/session/${sessionID}/message/${messageID}/part/${part.id}`,
        headers: { 'content-type': 'application/json' },
        body: { ...part, state: { ...part.state, title } },
      });
    };
    const putAll = async () => {
      busy = true;
      while (next !== undefined) {
        const title = next;
        next = undefined;
        // The line is a convenience: the run goes on without it.
        await put(title).catch(() => undefined);
        await sleep(PAUSE);
      }
      busy = false;
    };
    return /** @param {string} title */ (title) => {
      next = title;
      if (!busy) void putAll();
    };
  }

  /** @param {string[]} args @param {Context} context */
  async function run(args, context) {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(COMMAND, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env });
    const interrupt = () => child.kill('SIGINT');
    if (context.abort?.aborted) interrupt();
    context.abort?.addEventListener('abort', interrupt, { once: true });
    const show = titleOf(context);
    const newest = new Newest();
    let text = '';
    /** @param {string} line */
    const take = (line) => {
      text = `${text}${line}\n`.slice(-KEPT);
      const title = newest.add(line);
      if (title !== undefined) show(title);
    };
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, take);
    const code = await new Promise((resolve) => {
      child.on('error', (error) => {
        take(`${COMMAND}: ${error.message}`);
        resolve(127);
      });
      child.on('close', (status, signal) => resolve(status ?? signal));
    });
    context.abort?.removeEventListener('abort', interrupt);
    return { title: `exit code ${code}`, output: `${text}[exit code ${code}]`, metadata: { exit: code } };
  }

  return {
    // Other agents are not offered the tools: from the main session there would be no live line.
    /** @param {{ permission?: string | object }} config */
    async config(config) {
      const given = config.permission ?? {};
      config.permission = { ...(typeof given === 'string' ? { '*': given } : given), 'agent_runner_*': 'deny' };
    },
    tool: {
      agent_runner_implement: {
        description:
          'Has pods do the [ASYNC] tasks of a feature, wave by wave, to their ends. Comes back with the table of how they ended.',
        args: { feature: { type: 'string', description: "the feature's directory, like specs/001-login" } },
        execute: (/** @type {{ feature: string }} */ { feature }, /** @type {Context} */ context) =>
          run(['implement', ...words(feature)], context),
      },
      agent_runner_run: {
        description: 'Runs one task in a pod and follows its log to its end.',
        args: {
          task: { type: 'string', description: 'like T003' },
          branch: { type: 'string', description: "the feature's branch" },
          repository: { type: 'string', description: 'its URL' },
          feature: { type: 'string', description: "the feature's directory, or nothing" },
        },
        execute: (
          /** @type {{ task: string, branch: string, repository: string, feature?: string }} */ {
            task,
            branch,
            repository,
            feature,
          },
          /** @type {Context} */ context,
        ) =>
          run(['spawn-task', ...words(task, branch, repository, ...(feature ? [feature] : [])), '--follow'], context),
      },
      agent_runner_describe: {
        description: 'Says everything about the newest run of a task.',
        args: { task: { type: 'string', description: 'like T003' } },
        execute: (/** @type {{ task: string }} */ { task }, /** @type {Context} */ context) =>
          run(['describe', ...words(task)], context),
      },
    },
  };
};
