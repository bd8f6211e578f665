import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitDoor, type GitDoorOptions } from '../../../src/runner/doors/git-door.js';
import { cleanEnv } from '../../support/git-repository.js';

export const TOKEN = 'ghs_a-token-that-nobody-may-see';
export const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');

/** What git asks for first. */
export const REFS = '/info/refs?service=git-upload-pack';

/** A runner's folder with a mounted Secret, in which a door is opened. */
export function startRunner(secret: Record<string, string> = { password: TOKEN }) {
  const folder = mkdtempSync(join(tmpdir(), 'git-door-'));
  const credential = join(folder, 'secret');
  const home = join(folder, 'home');
  const said: string[] = [];
  const doors: GitDoor[] = [];
  const mount = (values: Record<string, string>) => {
    rmSync(credential, { recursive: true, force: true });
    mkdirSync(credential);
    for (const [name, value] of Object.entries(values)) writeFileSync(join(credential, name), value);
  };
  mkdirSync(home);
  mount(secret);
  const open = async (repository: string, options: Partial<GitDoorOptions> = {}): Promise<GitDoor> => {
    const say = (words: string) => said.push(words);
    const door = await GitDoor.open({ repository, credential, home, say, ...options });
    doors.push(door);
    return door;
  };
  return {
    folder,
    home,
    /** What the door said for the run's log. */
    said,
    mount,
    open,
    /** What the agent gets through a door to a host that does as the test says. */
    throughDoor: async (answer: http.RequestListener, options: http.RequestOptions = {}, path = REFS) => {
      const host = await startHost(answer);
      const door = await open(`${host.url}/demo/greeter`);
      const got = await ask(`${door.url}${path}`, options, options.method === 'POST' ? '0000' : '');
      host.close();
      return got;
    },
    close: async () => {
      await Promise.all(doors.map((door) => door.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The agent's git; never fails, so that what it shows can be looked at. */
export function agentGit(directory: string, ...args: string[]) {
  return startGit(directory, args).ended;
}

export function startGit(directory: string, args: readonly string[], env: Record<string, string> = {}) {
  // In a group of its own, by which all of git can be stopped.
  const child = spawn('git', args, { cwd: directory, env: { ...cleanEnv, LC_ALL: 'C', ...env }, detached: true });
  child.stdin.end();
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code]]) => ({ code: code as number | null, stdout: stdout.trim(), stderr }),
  );
  return { ended, signal: (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name) };
}

/** Asks the door as a program other than git. */
export function ask(url: string, options: http.RequestOptions = {}, body: Buffer | string = '') {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const request = http.request(url, options, (answer) => {
      text(answer).then(
        (all) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: all }),
        reject,
      );
    });
    request.on('error', reject).end(body);
  });
}

/** A host that does what a test says. */
export async function startHost(answer: http.RequestListener) {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A way to a server that counts what comes back, and can be cut. */
export async function startMeter(port: number) {
  const sockets = new Set<Socket>();
  let passed = 0;
  let waiting: { bytes: number; told: () => void } | undefined;
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [from, to].map((one) => one.destroy()));
    }
    from.pipe(to).pipe(from);
    to.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (waiting && passed >= waiting.bytes) waiting.told();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    /** Resolves when so many bytes more have come back. */
    after: (bytes: number) =>
      new Promise<void>((told) => {
        waiting = { bytes: passed + bytes, told };
      }),
    /** Resolves with what has passed when nothing more does. */
    still: async () => {
      for (let before = -1, times = 0; times < 10; before = passed) {
        await sleep(50);
        times = passed === before ? times + 1 : 0;
      }
      return passed;
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Files of a megabyte each, for a repository that does not compress. */
export const megabytes = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`file-${index}`, randomBytes(786_432).toString('base64')]),
  );
