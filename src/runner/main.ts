import { closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromEnvironment, type RunInput } from '../run/input.js';
import { CANCELLED_BY_FILE } from '../run/metadata.js';
import { shortCommit } from '../run/names.js';
import { OUTCOMES, type OutcomeName } from '../run/outcomes.js';
import { InputError } from '../run/problems.js';
import { formatResult, type Result } from '../run/result.js';
import { answerCredential } from './git/credential.js';
import { asFailure, RunFailure } from './process/failure.js';
import { Log } from './process/log.js';
import { type Machine, machine } from './process/machine.js';
import { Stop } from './process/stop.js';
import { type Findings, run } from './run.js';

// The program in the pod. Its input is the environment. The options are for a run on a user's own machine.
//   agent [--root DIR]
//   agent credential REPOSITORY DIRECTORY get     git's credential helper

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;

const write = (text: string): void => void process.stdout.write(text);

/** After an uncaught exception, the run has this long to save its work, in milliseconds. */
const LAST_TRY = 60_000;
/** How often the program checks for a cancellation and for a silent log, in milliseconds. */
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
  // The kubelet no longer updates annotations in a pod that it asks to stop, so the program polls them.
  setInterval(heedCancel, LOOK).unref();
  setInterval(() => log.heartbeat(), LOOK).unref();
  process.on('SIGTERM', () => {
    heedCancel();
    stop.asked();
  });
  // Without a listener, Node opens its debugger on this signal. The agent has our user id, so it can send it.
  process.on('SIGUSR1', () => {});
  // The reader of the log may go away. The run continues.
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

/**
 * Redacts the texts that others wrote. The other fields are names, which must stay whole even if they contain a short
 * secret.
 */
function redacted({ message, session, salvage }: Findings, redact: (text: string) => string): Partial<Result> {
  return {
    message: redact(message),
    ...(session && { session: redact(session) }),
    ...(salvage && {
      salvage: {
        ...salvage,
        ...('reason' in salvage && { reason: redact(salvage.reason) }),
        // Joined first: two names may each hold one half of a secret.
        ...(salvage.leftOut && { leftOut: redact(salvage.leftOut.join('\n')).split('\n') }),
      },
    }),
  };
}

/**
 * Writes the result to the termination message, and to the log as its last line. The agent may have replaced the file
 * with anything.
 */
function report({ terminationMessage }: Machine, log: Log, line: string): void {
  try {
    mkdirSync(dirname(terminationMessage), { recursive: true });
    // A pipe without a reader would block us forever.
    const file = openSync(terminationMessage, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK);
    writeFileSync(file, line);
    closeSync(file);
  } catch (error) {
    log.say('result', `the termination message cannot be written: ${(error as Error).message}`);
  }
  log.result(line);
}

/**
 * The approximate start of the deadline. It counts from before the image is pulled, when the kubelet creates the
 * volume. The files of the volume are behind the link `..data`, which the kubelet replaces at each change.
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

/** The user who cancelled this run, from the pod's annotation. '' if nobody did. */
function cancelledBy({ podInfo }: Machine): string {
  try {
    return readFileSync(join(podInfo, CANCELLED_BY_FILE), 'utf8').trim();
  } catch {
    return '';
  }
}

/** Says where the work of a run is that did not deliver. */
function kept(salvage: Result['salvage'], runName: string | undefined): string {
  if (!salvage) return '';
  const without = salvage.leftOut ? `, without ${salvage.leftOut.join(', ')}` : '';
  if (!('commit' in salvage)) return `; nothing was saved${without}: ${salvage.reason}`;
  const commit = shortCommit(salvage.commit);
  if (salvage.pushed) return `; what it had done is commit ${commit} on ${salvage.branch}${without}`;
  return (
    '; what it had done could not be pushed and is in this log; get it with: agent-runner recover ' +
    `${runName}${without}`
  );
}

if (process.argv[2] === 'credential') {
  const [repository = '', directory = '', operation] = process.argv.slice(3);
  if (operation === 'get') write(answerCredential(readFileSync(0, 'utf8'), repository, directory));
} else {
  const { values } = parseArgs({ options: { root: { type: 'string', default: '/' } } });
  // Until the outcome is known, the exit code is a failure.
  process.exitCode = 1;
  process.exitCode = await main(machine(values.root));
}
