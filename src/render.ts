import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { App, YamlOutputType } from 'cdk8s';
import { GitopsChart } from './charts/gitops-chart.js';
import { RunnerChart, releaseName } from './charts/runner-chart.js';
import { CHART_NAME } from './helm/name.js';
import { auditPolicy } from './release/audit-policy.js';
import { chartFiles, type Files } from './release/chart.js';
import { releaseFiles } from './release/release.js';
import { argoFolder, installedName } from './run/names.js';
import type { Environment } from './schema/environment.js';
import { VERSION } from './version.js';

/** What {@link render} wrote: paths below its folder. */
export interface Rendered {
  /** Files that did not exist before. */
  readonly added: readonly string[];
  /** Files whose text has changed. */
  readonly changed: readonly string[];
  /** Files that an earlier render wrote for an environment that is gone, or that does not have them any more. */
  readonly removed: readonly string[];
  /** Files whose text is the same. */
  readonly unchanged: readonly string[];
}

/** Options of {@link render}. */
export interface RenderOptions {
  /**
   * Folder for the manifests, as `cdk8s synth` asks for.
   *
   * @default - `manifests` below the folder
   */
  readonly manifests?: string;
}

/**
 * Writes everything that is installed: the manifests of each environment and of its Argo CD application, the Helm
 * chart, a release of it for each environment, and one audit policy of the API server for all environments. Files that
 * it wrote for an environment that is gone are removed. Every other file stays.
 *
 * @param folder the folder to write; it need not exist
 * @throws Error when a construct refuses its properties; then nothing is written
 */
export function render(environments: readonly Environment[], folder: string, options: RenderOptions = {}): Rendered {
  const { manifests = join(folder, 'manifests') } = options;
  const wanted = filesOf(environments);
  const at = (path: string) => target(path, folder, manifests);
  const before = new Map([...wanted.keys()].map((path) => [path, textAt(at(path))]));
  const stale = staleFiles(folder, manifests, wanted);
  const of = (state: (before: string | undefined, text: string) => boolean) =>
    [...wanted].flatMap(([path, text]) => (state(before.get(path), text) ? path : [])).sort();
  const added = of((old) => old === undefined);
  const changed = of((old, text) => old !== undefined && old !== text);
  for (const path of [...added, ...changed]) writeWhole(at(path), wanted.get(path) ?? '');
  for (const path of stale) removeFile(at(path), path.startsWith('manifests/') ? manifests : folder);
  return { added, changed, removed: stale.sort(), unchanged: of((old, text) => old === text) };
}

/** Everything that is written, by its path. */
function filesOf(environments: readonly Environment[]): Files {
  const chart = chartFiles(VERSION);
  const below = (folder: string, files: Files) =>
    [...files].map(([path, text]): [string, string] => [`${folder}/${path}`, text]);
  return new Map([
    ...below('manifests', manifestsOf(environments)),
    ...below(`charts/${CHART_NAME}`, chart),
    ...environments.flatMap((one) => below(`releases/${releaseName(one)}`, releaseFiles(one, chart, VERSION))),
    ['audit-policy.yaml', auditPolicy(environments)],
  ]);
}

function manifestsOf(environments: readonly Environment[]): Files {
  const outdir = mkdtempSync(join(tmpdir(), 'agent-runner-synth-'));
  try {
    const yamlOutputType = YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE;
    const app = new App({ outdir, outputFileExtension: '.yaml', yamlOutputType });
    for (const environment of environments) {
      new RunnerChart(app, environment.name, { environment });
      new GitopsChart(app, argoFolder(environment.name), { environment });
    }
    app.synth();
    return new Map(pathsBelow(outdir).map((path) => [path, readFileSync(join(outdir, path), 'utf8')]));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/**
 * Files that an earlier render wrote and that are not wanted any more. Each is recognized by its own name or text,
 * because the folder may have files of the user's too.
 */
function staleFiles(folder: string, manifests: string, wanted: Files): string[] {
  const ofEnvironments = foldersIn(manifests).flatMap((name) => {
    const isOwn = name.startsWith(argoFolder('')) ? isArgoFileOf(name.slice(argoFolder('').length)) : hasLabelsOf(name);
    return pathsBelow(join(manifests, name)).flatMap((file) => {
      const path = `manifests/${name}/${file}`;
      return !file.includes('/') && !wanted.has(path) && isOwn(file, join(manifests, name, file)) ? path : [];
    });
  });
  const charts = [
    { at: `charts/${CHART_NAME}`, files: CHART_FILES },
    ...foldersIn(join(folder, 'releases'))
      .filter((name) => textAt(join(folder, 'releases', name, 'Chart.yaml'))?.includes(`- name: ${CHART_NAME}\n`))
      .map((name) => ({ at: `releases/${name}`, files: RELEASE_FILES })),
  ];
  const ofCharts = charts.flatMap(({ at, files }) =>
    pathsBelow(join(folder, at)).flatMap((file) => (files.test(file) ? `${at}/${file}` : [])),
  );
  return [...ofEnvironments, ...ofCharts.filter((path) => !wanted.has(path))];
}

/** The files of our chart, and those of a release. */
const CHART_FILES = /^templates\/[^/]+$/;
const RELEASE_FILES = new RegExp(
  `^(Chart\\.yaml|Chart\\.lock|values\\.yaml|argocd\\.yaml|templates/NOTES\\.txt|charts/${CHART_NAME}/.+)$`,
);

const hasLabelsOf = (environment: string) => (_: string, path: string) => {
  const labels = [
    `app.kubernetes.io/instance: ${installedName(environment)}\n`,
    'app.kubernetes.io/managed-by: cdk8s\n',
  ];
  const text = readFileSync(path, 'utf8');
  return labels.every((label) => text.includes(label));
};

const isArgoFileOf = (environment: string) => (file: string) =>
  [`Application.${installedName(environment)}.yaml`, `AppProject.${installedName(environment)}.yaml`].includes(file);

const target = (path: string, folder: string, manifests: string): string =>
  path.startsWith('manifests/') ? join(manifests, path.slice('manifests/'.length)) : join(folder, path);

const textAt = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

const foldersIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? one.name : []))
    : [];

/** Every file below a folder, by its path there. */
function pathsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return entries.map((one) => relative(folder, join(one.parentPath, one.name)).replaceAll(sep, '/'));
}

/**
 * A program that reads the file meanwhile gets the old text or the new one. A link in its place is replaced, not
 * followed.
 */
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  writeFileSync(fresh, text, { flag: 'wx' });
  renameSync(fresh, path);
}

/** Removes a file, and the folders that are empty then, up to a root. */
function removeFile(path: string, root: string): void {
  rmSync(path);
  for (let folder = dirname(path); folder !== root && readdirSync(folder).length === 0; folder = dirname(folder)) {
    rmdirSync(folder);
  }
}

/** Writes files below a folder, which need not exist. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of files) writeWhole(join(folder, path), text);
}
