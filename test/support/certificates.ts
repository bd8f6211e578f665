import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is missing for making certificates, or ''. */
export const missingForCertificates = spawnSync('openssl', ['version']).error ? 'no openssl' : '';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority, and what it signs. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'agent-runner-ca-'));
  readonly ca: Pair;
  private made = 0;

  constructor(name = 'test') {
    this.openssl('req', '-x509', ...KEY, 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`, '-days', '2');
    this.ca = this.pair('ca');
  }

  /** A certificate for a name. @param days days from now until it expires; below 0, it has expired */
  sign(name: string, { san = '', days = 2 } = {}): Pair {
    const file = `${++this.made}`;
    this.openssl('req', '-new', ...KEY, `${file}.key`, '-out', `${file}.csr`, '-subj', `/O=group/CN=${name}`);
    writeFileSync(join(this.folder, `${file}.ext`), san ? `subjectAltName=${san}\n` : 'basicConstraints=CA:FALSE\n');
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${file}.ext`];
    this.openssl('x509', '-req', '-in', `${file}.csr`, ...by, '-days', `${days}`, '-out', `${file}.pem`);
    return this.pair(file);
  }

  /** Path of the authority's certificate. */
  get path(): string {
    return join(this.folder, 'ca.pem');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pair(name: string): Pair {
    const read = (end: string) => readFileSync(join(this.folder, `${name}.${end}`), 'utf8');
    return { cert: read('pem'), key: read('key') };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
