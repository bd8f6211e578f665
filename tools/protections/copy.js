// @ts-check
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * A copy of the project in which anything may be changed; it shares the packages.
 * @param {string} project
 */
export function copyOf(project) {
  // Jest takes the paths of its files as the system has them.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'agent-runner-protections-'));
  const left = ['.git', 'node_modules'];
  cpSync(project, folder, { recursive: true, filter: (path) => !left.includes(relative(project, path)) });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * What some tests say in a copy.
 * @param {string} folder
 * @param {readonly string[]} tests
 * @param {string} [only] a pattern of their names
 * @returns {{ passed: number, failed: string[], told: string }} failed: the names
 * @throws Error when the tests themselves could not be run, which shows nothing
 */
export function runTests(folder, tests, only) {
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  // These run the program as it is built, the others run the sources.
  if (tests.some((test) => test.startsWith('test/agent/'))) must('npm', ['run', '--silent', 'build:agent'], folder);
  const output = join(folder, 'tests.json');
  rmSync(output, { force: true });
  const args = ['--json', `--outputFile=${output}`, '--silent', ...(only ? ['--testNamePattern', only] : [])];
  const jest = join(folder, 'node_modules/.bin/jest');
  const { stderr } = spawnSync(jest, [...args, '--runTestsByPath', ...tests], {
    cwd: folder,
    env,
    encoding: 'utf8',
    // A test that fails may say much.
    maxBuffer: 1 << 28,
  });
  const result = JSON.parse(readFileSync(output, 'utf8'));
  if (result.numRuntimeErrorTestSuites > 0) throw new Error(`these tests cannot be run:\n${stderr}`);
  /** @type {{ status: string, fullName: string }[]} */
  const all = result.testResults.flatMap((/** @type {{ assertionResults: object[] }} */ one) => one.assertionResults);
  const failed = all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  return { passed: result.numPassedTests, failed, told: stderr };
}

/** @param {string} program @param {string[]} args @param {string} folder */
function must(program, args, folder) {
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
}
