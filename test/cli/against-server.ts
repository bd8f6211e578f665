import { tmpdir } from 'node:os';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import { type Handler, startApiServer } from '../cluster-client/api-server.js';
import { WITHOUT_KUBECTL } from '../support/without-kubectl.js';
import { type Ended, runIn } from './terminal.js';

/** Runs a command against an API server that answers what the test says. */
export async function runAgainst(
  command: (args: readonly string[], terminal: Terminal) => Promise<number>,
  args: readonly string[],
  handler: Handler,
  { namespace = ['-n', 'n'], cwd = tmpdir(), color = false } = {},
): Promise<Ended> {
  const server = await startApiServer(handler);
  const { PATH } = process.env;
  Object.assign(process.env, WITHOUT_KUBECTL);
  try {
    return await runIn(command, [...args, ...namespace, '--kubeconfig', server.kubeconfig], { cwd, color });
  } finally {
    process.env.PATH = PATH;
    await server.close();
  }
}

/** The query of a request. */
export const queryOf = (url = ''): URLSearchParams => new URL(url, 'http://x').searchParams;
