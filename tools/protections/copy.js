// @ts-check
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * Copies the project, so that files can be changed. The copy shares node_modules.
 * @param {string} project
 */
export function copyOf(project) {
  // Jest needs real paths, without links.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'agent-runner-protections-'));
  const left = ['.git', 'node_modules'];
  cpSync(project, folder, { recursive: true, filter: (path) => !left.includes(relative(project, path)) });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * Runs tests in a copy.
 * @param {string} folder
 * @param {readonly string[]} tests
 * @param {string} [only] a pattern of their names
 * @returns {{ passed: number, failed: string[], told: string }} `failed`: names of tests; `told`: Jest's output
 * @throws Error if the tests could not run, which shows nothing
 */
export function runTests(folder, tests, only) {
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  // These tests run the built program. The others run the sources.
  if (tests.some((test) => test.startsWith('test/runner/'))) {
    must('node_modules/.bin/tsc', ['-p', '.', '--noCheck'], folder);
    must('npm', ['run', '--silent', 'build:runner'], folder);
  }
  const output = join(folder, 'tests.json');
  rmSync(output, { force: true });
  const args = ['--json', `--outputFile=${output}`, '--silent', ...(only ? ['--testNamePattern', only] : [])];
  const jest = join(folder, 'node_modules/.bin/jest');
  const { stderr } = spawnSync(jest, [...args, '--runTestsByPath', ...tests], {
    cwd: folder,
    env,
    encoding: 'utf8',
    // A failing test may print much.
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
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
