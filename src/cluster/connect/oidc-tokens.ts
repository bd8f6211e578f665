import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Document, parseDocument } from 'yaml';
import { type Pause, pause } from '../retry.js';

/** How often and how long to wait for a kubeconfig that another program changes; in milliseconds. */
const TRIES = 10;
const WAIT = 200;

/** What a login at a provider has in the kubeconfig. */
export interface Tokens {
  readonly 'id-token'?: string | undefined;
  readonly 'refresh-token'?: string | undefined;
}

/** The tokens of one user in a kubeconfig. */
export class OidcTokens {
  constructor(
    private readonly file: string,
    private readonly userName: string,
    private readonly pauseFor: Pause = pause,
  ) {}

  /**
   * Keeps other programs from the kubeconfig, as kubectl does: two that renew at the same time would spend one refresh
   * token twice.
   * @returns what ends it
   * @throws Error if the file cannot be changed, or another program keeps it
   */
  async lock(): Promise<() => void> {
    const lock = `${realpathSync(this.file)}.lock`;
    for (let tries = 1; ; tries += 1) {
      try {
        writeFileSync(lock, '', { flag: 'wx', mode: 0o600 });
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === TRIES) throw error;
        await this.pauseFor(WAIT);
      }
    }
  }

  read(): Tokens {
    const { document, path } = this.parsed();
    const text = (key: string) => {
      const value = document.getIn([...path, key]);
      return typeof value === 'string' ? value : undefined;
    };
    return { 'id-token': text('id-token'), 'refresh-token': text('refresh-token') };
  }

  write(tokens: Tokens): void {
    const { document, path } = this.parsed();
    for (const [key, value] of Object.entries(tokens)) document.setIn([...path, key], value);
    const file = realpathSync(this.file);
    const next = `${file}.${process.pid}`;
    try {
      writeFileSync(next, document.toString(), { mode: statSync(file).mode & 0o777 });
      renameSync(next, file);
    } catch (error) {
      rmSync(next, { force: true });
      // A file that is mounted into a container cannot be replaced.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
      writeFileSync(file, document.toString());
    }
  }

  private parsed(): { readonly document: Document; readonly path: readonly (string | number)[] } {
    const document = parseDocument(readFileSync(this.file, 'utf8'));
    const { users = [] } = document.toJS() as { readonly users?: readonly { readonly name?: string }[] };
    const at = users.findIndex(({ name }) => name === this.userName);
    if (at < 0) throw new Error(`it has no user "${this.userName}" any more`);
    return { document, path: ['users', at, 'user', 'auth-provider', 'config'] };
  }
}
