import { agentRunner } from './agent-runner.js';
import { processTerminal } from './terminal/terminal.js';

// One bundle holds every command. bin/spawn-task.cjs and bin/tail-logs.cjs put their command's name first.
void agentRunner(process.argv.slice(2), processTerminal()).then((code) => {
  // Without this call, Node would take down everything that the command has loaded, one by one.
  process.stdout.write('', () => process.exit(code));
});
