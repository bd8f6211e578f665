import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from '../tools/once.js';

const tools = fileURLToPath(new URL('../tools/', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-once-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what is made once', () => {
  test('is made by one of several processes, and the others wait for it', async () => {
    const file = join(folder, 'tool-1', 'tool');
    const script = `import { once } from '${tools}once.js';
      import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
      once('${file}', 'Making it', (temporary) => {
        appendFileSync('${folder}/made', 'x');
        writeFileSync(temporary, 'half');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        writeFileSync(temporary, 'whole');
      });
      process.exit(readFileSync('${file}', 'utf8') === 'whole' ? 0 : 1);`;
    const codes = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
      return new Promise((resolve) => child.on('exit', resolve));
    });
    expect(await Promise.all(codes)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('x');
    expect(existsSync(join(folder, 'tool-1.lock'))).toBe(false);
  });
  test('is made again by the next one when its maker was killed', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(folder, 'tool-1.lock'), `${pid}`);
    const file = join(folder, 'tool-1', 'tool');
    once(file, 'Making it', (temporary) => writeFileSync(temporary, ''));
    expect(existsSync(file)).toBe(true);
    expect(existsSync(join(folder, 'tool-1.lock'))).toBe(false);
  });
  test('leaves no lock behind when it fails', () => {
    const make = () => {
      throw new Error('no room');
    };
    expect(() => once(join(folder, 'tool-1', 'tool'), 'Making it', make)).toThrow('no room');
    expect(existsSync(join(folder, 'tool-1.lock'))).toBe(false);
  });
});

describe('helm', () => {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const packed = () => join(folder, `helm-v3.22.0-${platform}.tar.gz`);

  /** A folder like that of the releases. */
  function publish(sumOf: (bytes: Buffer) => string) {
    mkdirSync(join(folder, platform));
    writeFileSync(join(folder, platform, 'helm'), '#!/bin/sh\necho released\n');
    chmodSync(join(folder, platform, 'helm'), 0o755);
    spawnSync('tar', ['-czf', packed(), platform], { cwd: folder });
    writeFileSync(`${packed()}.sha256sum`, `${sumOf(readFileSync(packed()))}  helm.tar.gz\n`);
  }
  /** On a machine without helm and without Go. */
  function helm() {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['curl', 'tar', 'gzip', 'sh']) {
      const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
      symlinkSync(stdout.trim(), join(bin, name));
    }
    const script = `import { helm } from '${tools}helm.js'; console.log(helm(3));`;
    const env = { PATH: bin, XDG_CACHE_HOME: join(folder, 'cache'), HELM_RELEASES: `file://${folder}` };
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
  }

  test('is the official release, once its checksum is right', () => {
    publish((bytes) => createHash('sha256').update(bytes).digest('hex'));
    const { status, stdout, stderr } = helm();
    expect([status, stderr]).toEqual([0, 'Installing helm v3.22.0, once.\n']);
    expect(spawnSync(stdout.trim(), { encoding: 'utf8' }).stdout).toBe('released\n');
  });
  test('is refused when its checksum is wrong', () => {
    publish(() => '0'.repeat(64));
    const { status, stderr } = helm();
    expect(status).toBe(1);
    expect(stderr).toMatch(/helm-v3.*tar\.gz has the checksum [0-9a-f]{64}, not 0{64}/);
  });
  test('is built when no release can be reached', () => {
    const { status, stderr } = helm();
    // There is no Go here.
    expect(status).toBe(1);
    expect(stderr).toContain(`file://${folder}/helm-v3.22.0-${platform}.tar.gz cannot be reached: curl`);
    expect(stderr).toContain('spawnSync go ENOENT');
  });
});
