import { EXIT, type Terminal } from '../../terminal/terminal.js';

/** How long a second Ctrl-C counts as one, in milliseconds. */
const AGAIN = 2000;

/** What leaving needs. */
export interface Leaving {
  readonly terminal: Terminal;
  /** The command that shows the runs again. */
  readonly again: string;
  /** Runs that are alive. */
  alive(): readonly string[];
  /** Gives the terminal back. */
  close(): void;
  cancel(pod: string): Promise<void>;
  exit(code: number): void;
}

/**
 * Handles Ctrl-C. The first one detaches, and the runs go on. The second one asks whether to cancel them.
 * @returns the handler of SIGINT
 */
export function leaving({ terminal, again, alive, close, cancel, exit }: Leaving): () => void {
  let timer: NodeJS.Timeout | undefined;
  let asked = false;
  return () => {
    if (asked) return exit(EXIT.detached);
    if (!timer) {
      close();
      const runs = alive().length;
      terminal.err(`detached; ${runs} ${runs === 1 ? 'run goes' : 'runs go'} on. To see them again: ${again}`);
      if (runs === 0 || !terminal.ask) return exit(EXIT.detached);
      terminal.err('Ctrl-C again asks whether to cancel them.');
      timer = setTimeout(() => exit(EXIT.detached), AGAIN);
      return;
    }
    clearTimeout(timer);
    asked = true;
    void askAndCancel();
  };

  async function askAndCancel(): Promise<void> {
    const answer = await terminal.ask?.(`cancel ${alive().join(', ')}? Their work is saved. [y/N] `);
    if (/^y(es)?$/i.test(answer?.trim() ?? '')) {
      // Some may have ended before the user answered.
      const pods = alive();
      const results = await Promise.allSettled(pods.map((pod) => cancel(pod)));
      for (const [index, result] of results.entries()) {
        const pod = pods[index];
        terminal.err(result.status === 'fulfilled' ? `${pod} is cancelled` : `${pod}: ${result.reason}`);
      }
    }
    exit(EXIT.detached);
  }
}
