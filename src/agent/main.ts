import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { fromEnvironment, type RunInput } from '../run/input.js';
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

const write = (text: string): void => void process.stdout.write(text);

if (process.argv[2] === 'credential') {
  const [repository = '', directory = '', operation] = process.argv.slice(3);
  if (operation === 'get') write(answerCredential(readFileSync(0, 'utf8'), repository, directory));
} else {
  const { values } = parseArgs({
    options: { root: { type: 'string', default: '/' }, opencode: { type: 'string', default: 'opencode' } },
  });
  process.exitCode = await main(machine(values.root, values.opencode));
}

async function main(machine: Machine): Promise<number> {
  const started = Date.now();
  const findings: Findings = { filesChanged: 0, tokens: 0, cost: 0, message: '' };
  const stop = new Stop();
  process.on('SIGTERM', () => stop.asked());
  let log = new Log('text', write);
  let input: RunInput | undefined;
  let outcome: OutcomeName = 'delivered';
  try {
    input = fromEnvironment(process.env);
    log = new Log(input.logFormat, write);
    await run(input, machine, log, findings, stop);
  } catch (error) {
    outcome = error instanceof InputError ? 'bad-config' : asFailure(error).outcome;
    findings.message = log.redact(`${(error as Error).message}${kept(findings.salvage)}`);
    delete findings.commit;
    if (!(error instanceof RunFailure) && !(error instanceof InputError)) {
      log.say('error', (error as Error).stack ?? String(error));
    }
  }
  const result: Result = {
    outcome,
    task: input?.taskId ?? process.env.TASK_ID ?? '',
    branch: input?.taskBranch ?? process.env.GIT_BRANCH ?? '',
    ...findings,
    durationSeconds: Math.round((Date.now() - started) / 1000),
  };
  if (outcome !== 'delivered') log.say('result', `${outcome}: ${result.message}\nnext: ${OUTCOMES[outcome].action}`);
  const line = formatResult(result);
  mkdirSync(dirname(machine.terminationMessage), { recursive: true });
  writeFileSync(machine.terminationMessage, line);
  log.line(line);
  return OUTCOMES[outcome].exitCode;
}

/** What became of the work of a run that did not deliver. */
function kept(salvage: Result['salvage']): string {
  if (!salvage) return '';
  if (!salvage.pushed) return `; nothing was saved: ${salvage.reason}`;
  return `; what it had done is commit ${salvage.commit.slice(0, 12)} on ${salvage.branch}`;
}
