// @ts-check
import { fileURLToPath } from 'node:url';
import { measure, run } from './measure.js';

const agentRunner = fileURLToPath(new URL('../bin/agent-runner.cjs', import.meta.url));
const COMMANDS = ['plan', 'implement', 'spawn-task', 'ps', 'describe', 'tail-logs', 'wait', 'cancel', 'doctor'];

/** The start-up time of each command, by its help, against a kubectl that asks no server. */
export function start() {
  return measure(
    [
      { name: 'kubectl version --client', run: () => run('kubectl', ['version', '--client']) },
      ...COMMANDS.map((name) => ({
        name: `agent-runner ${name} --help`,
        run: () => run(agentRunner, [name, '--help']),
      })),
    ],
    15,
  );
}
