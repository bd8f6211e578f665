// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(existsSync);

/** @returns {string | undefined} why no server can be started here */
export const missingForSsh = () => (sshd ? undefined : 'no sshd on this machine: install openssh-server');

/** @param {string} file */
function keyPair(file) {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return { secret: readFileSync(file, 'utf8'), public: readFileSync(`${file}.pub`, 'utf8').trim() };
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** @param {number} port */
async function listening(port) {
  for (let tries = 0; tries < 100; tries++) {
    const open = await new Promise((done) => {
      const socket = createConnection(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('close', () => socket.destroy()).unref();
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('sshd does not listen');
}

/**
 * A real sshd for this user that does nothing but serve the bare repositories below `root`, to the holder of one key.
 * @param {string} folder for its configuration
 * @param {string} root
 * @param {{ version2?: boolean }} [options] version2: whether git may speak version 2 of its protocol, as with all large hosts
 */
export async function startSshServer(folder, root, { version2 = true } = {}) {
  await mkdir(folder, { recursive: true });
  const host = keyPair(join(folder, 'host'));
  const user = keyPair(join(folder, 'user'));
  const port = await freePort();
  // git asks for `git-upload-pack '/owner/name.git'`.
  const serve = `#!/bin/sh\ncd '${root}' && exec git-shell -c "$(echo "$SSH_ORIGINAL_COMMAND" | sed "s,'/,'./,")"\n`;
  await writeFile(join(folder, 'serve'), serve);
  await chmod(join(folder, 'serve'), 0o755);
  await writeFile(join(folder, 'authorized'), `restrict,command="${join(folder, 'serve')}" ${user.public}\n`);
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    ...(version2 ? ['AcceptEnv GIT_PROTOCOL'] : []),
  ];
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`);
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true });
  const child = spawn(sshd ?? 'sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' });
  await listening(port);
  return {
    /** @param {string} repository */
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}/${repository}.git`,
    prefix: `ssh://127.0.0.1:${port}/`,
    key: user.secret,
    knownHosts: `[127.0.0.1]:${port} ${host.public}\n`,
    close: async () => {
      const ended = new Promise((done) => child.on('close', done));
      child.kill();
      await ended;
    },
  };
}
