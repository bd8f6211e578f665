import { closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromEnvironment, type RunInput } from '../run/input.js';
import { CANCELLED_BY_FILE } from '../run/metadata.js';
import { shortCommit } from '../run/names.js';
import { OUTCOMES, type OutcomeName } from '../run/outcomes.js';
import { InputError } from '../run/problems.js';
import { formatResult, type Result } from '../run/result.js';
import { answerCredential } from './credential.js';
import { asFailure, RunFailure } from './failure.js';
import { Log } from './log.js';
import { type Machine, machine } from './machine.js';
import { type Findings, run } from './run.js';
import { Stop } from './stop.js';

// The program in the pod. Its input is the environment; the options are for a run on a machine of the user's.
//   agent [--root DIR] [--opencode PROGRAM]
//   agent credential REPOSITORY DIRECTORY get     git's credential helper

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;

const write = (text: string): void => void process.stdout.write(text);

/** How long a run whose program is broken may take to save its work, in milliseconds. */
const LAST_TRY = 60_000;
/** How often the program looks whether its run is cancelled, and whether its log is silent, in milliseconds. */
const LOOK = 1000;

async function main(machine: Machine): Promise<number> {
  const started = Date.now();
  const findings: Findings = { filesChanged: 0, tokens: 0, cost: 0, message: '' };
  const stop = new Stop(startOf(machine));
  let log = new Log('text', write);
  let input: RunInput | undefined;
  const finish = (error?: unknown): number => {
    const outcome = error === undefined ? 'delivered' : outcomeOf(error);
    if (error !== undefined) {
      findings.message = log.redact(`${(error as Error).message}${kept(findings.salvage, input?.runName)}`);
      delete findings.commit;
    }
    const result: Result = {
      outcome,
      task: input?.taskId ?? process.env.TASK_ID ?? '',
      branch: input?.taskBranch ?? process.env.GIT_BRANCH ?? '',
      ...findings,
      ...redacted(findings, (text) => log.redact(text)),
      durationSeconds: Math.round((Date.now() - started) / 1000),
    };
    if (outcome !== 'delivered') log.say('result', `${outcome}: ${result.message}\nnext: ${OUTCOMES[outcome].action}`);
    report(machine, log, formatResult({ ...result, logLines: log.lines }));
    return OUTCOMES[outcome].exitCode;
  };

  const heedCancel = () => {
    const by = cancelledBy(machine);
    if (by) stop.cancelled(by);
  };
  // The kubelet shows no annotation any more to a pod that it asks to stop, so the program looks by itself.
  setInterval(heedCancel, LOOK).unref();
  setInterval(() => log.heartbeat(), LOOK).unref();
  process.on('SIGTERM', () => {
    heedCancel();
    stop.asked();
  });
  // Without a listener Node would open its debugger to whoever sends this: the agent has our user id.
  process.on('SIGUSR1', () => {});
  // Whoever reads the log may go away; the run does not end by that.
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (error) => {
    log.say('error', error.stack ?? String(error));
    const failure = new RunFailure('agent-failed', `the program in the pod failed: ${error.message}`);
    stop.because(failure);
    setTimeout(() => process.exit(finish(failure)), LAST_TRY).unref();
  });
  try {
    input = fromEnvironment(process.env);
    log = new Log(input.logFormat, write);
    await run(input, machine, log, findings, stop);
    return finish();
  } catch (error) {
    if (!(error instanceof RunFailure) && !(error instanceof InputError)) {
      log.say('error', (error as Error).stack ?? String(error));
    }
    return finish(error);
  }
}

const outcomeOf = (error: unknown): OutcomeName =>
  error instanceof InputError ? 'bad-config' : asFailure(error).outcome;

/** What others have said. The rest are names, which must stay whole even where they have a short secret in them. */
function redacted({ message, session, salvage }: Findings, redact: (text: string) => string): Partial<Result> {
  return {
    message: redact(message),
    ...(session && { session: redact(session) }),
    ...(salvage && {
      salvage: {
        ...salvage,
        ...('reason' in salvage && { reason: redact(salvage.reason) }),
        // As a whole: two names may each hold one half of a secret.
        ...(salvage.leftOut && { leftOut: redact(salvage.leftOut.join('\n')).split('\n') }),
      },
    }),
  };
}

/** The result, in the termination message and as the log's last line. The agent may have put anything in the file's place. */
function report({ terminationMessage }: Machine, log: Log, line: string): void {
  try {
    mkdirSync(dirname(terminationMessage), { recursive: true });
    // A pipe that nobody reads would hold us for ever.
    const file = openSync(terminationMessage, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK);
    writeFileSync(file, line);
    closeSync(file);
  } catch (error) {
    log.say('result', `the termination message cannot be written: ${(error as Error).message}`);
  }
  log.result(line);
}

/**
 * About when the deadline began to count, which is before the image is pulled and the program starts: the kubelet has made
 * the volume then. Its files are reached through this link, which is made anew at each change.
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
 */
function startOf({ podInfo }: Machine): number {
  const program = Date.now() - process.uptime() * 1000;
  try {
    return Math.min(program, lstatSync(join(podInfo, '..data')).mtimeMs);
  } catch {
    return program;
  }
}

/** Who cancels this run, as the pod's annotation says; '' while nobody does. */
function cancelledBy({ podInfo }: Machine): string {
  try {
    return readFileSync(join(podInfo, CANCELLED_BY_FILE), 'utf8').trim();
  } catch {
    return '';
  }
}

/** What became of the work of a run that did not deliver. */
function kept(salvage: Result['salvage'], runName: string | undefined): string {
  if (!salvage) return '';
  const without = salvage.leftOut ? `, without ${salvage.leftOut.join(', ')}` : '';
  if (!('commit' in salvage)) return `; nothing was saved${without}: ${salvage.reason}`;
  const commit = shortCommit(salvage.commit);
  if (salvage.pushed) return `; what it had done is commit ${commit} on ${salvage.branch}${without}`;
  return `; what it had done could not be pushed and is in this log, to be had by: agent-runner recover ${runName}${without}`;
}

if (process.argv[2] === 'credential') {
  const [repository = '', directory = '', operation] = process.argv.slice(3);
  if (operation === 'get') write(answerCredential(readFileSync(0, 'utf8'), repository, directory));
} else {
  const { values } = parseArgs({
    options: { root: { type: 'string', default: '/' }, opencode: { type: 'string', default: 'opencode' } },
  });
  // Until the end is known, it is not a good one.
  process.exitCode = 1;
  process.exitCode = await main(machine(values.root, values.opencode));
}
