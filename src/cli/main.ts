import { agentRunner } from './agent-runner.js';
import { processTerminal } from './terminal.js';

// One bundle for every command; the launchers in bin/ say which one as the first argument.
agentRunner(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
