// @ts-check
// Completes package-lock.json; run it after npm install. npm leaves out platform packages that it could not read, and some
// versions of npm then refuse the file on every platform (https://github.com/npm/cli/issues/4828). This adds the missing packages.
// It also asks the registry for missing integrities, so that `npm ci` checks every package on each platform.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { isUnchecked, nameOf } from './lock.js';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** The registry's integrity of a version. @param {string} name @param {string} version @returns {string} */
const integrityOf = (name, version) =>
  JSON.parse(execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json'], { encoding: 'utf8' }));

const known = new Set(Object.keys(lock.packages).map(nameOf));
for (const { optionalDependencies = {}, dev } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const words = name.split('/').pop()?.split('-') ?? [];
    const os = systems.find((system) => words.includes(system));
    const cpu = processors.find((processor) => words.includes(processor));
    if (known.has(name) || !os || !cpu) continue;
    const libc = words.includes('musl') || words.includes('musleabihf') ? { libc: ['musl'] } : {};
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev && { dev }),
      ...libc,
      optional: true,
      os: [os],
    };
    known.add(name);
  }
}
for (const [path, entry] of Object.entries(lock.packages)) {
  const { version, ...rest } = entry;
  // The fields are in the order in which npm writes them.
  if (isUnchecked(path, entry)) {
    lock.packages[path] = { version, integrity: integrityOf(nameOf(path), version), ...rest };
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
