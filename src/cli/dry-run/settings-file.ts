import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { InputError } from '../../run/problems.js';
import { parseSettings, type RunSettings, SETTINGS_NAME, wholeSettings } from '../../run/settings.js';
import { topOf } from '../git/user-git.js';
import { readTextFile } from '../line/text-file.js';

/** Where `npm run synth` puts an environment's manifests, in a checkout. */
const MANIFESTS = join('dist', 'manifests');

/** The environment to take if there are several and none is named. */
const DEFAULT = 'dev';

/** Where the settings of a dry run come from. */
export interface SettingsSource {
  /** A file with the ConfigMap. Default: that of the environment in the checkout's `dist`. */
  readonly file: string | undefined;
  /** Default: that of the namespace, or the only one that there is, or `dev`. */
  readonly environment: string | undefined;
  /** The namespace of the run. */
  readonly namespace: string | undefined;
  readonly cwd: string;
}

/**
 * The settings that a dry run takes from a file, instead of those in the cluster.
 * @param say gets a note if they are not those of the wanted namespace
 * @throws InputError when there are none
 */
export function settingsOf(source: SettingsSource, say: (note: string) => void): RunSettings {
  const { file, environment, namespace } = source;
  // Without links, like the top of a checkout, so that messages can name paths relative to the user's folder.
  const cwd = realpathSync(source.cwd);
  const path = file ?? renderedIn(cwd, environment, namespace);
  const named = file === undefined ? relative(cwd, path) : `--settings ${file}`;
  const settings = settingsIn(path, named, source);
  if (namespace === undefined || namespace === settings.namespace) return settings;
  const whose = `environment ${settings.environment}, whose namespace is ${settings.namespace}`;
  say(
    `these are the settings of ${whose}: a run in ${namespace} gets the settings of that namespace (--dry-run=server)`,
  );
  return { ...settings, namespace };
}

/** The ConfigMap of an environment in the checkout. */
function renderedIn(cwd: string, environment: string | undefined, namespace: string | undefined): string {
  const folder = join(topOf(cwd) ?? cwd, MANIFESTS);
  const file = (name: string) => join(folder, name, `ConfigMap.${SETTINGS_NAME}.yaml`);
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  const names = isFolder ? readdirSync(folder).filter((name) => existsSync(file(name))) : [];
  const instead = 'give a rendered ConfigMap with --settings FILE, or ask the cluster with --dry-run=server';
  if (names.length === 0) {
    throw new InputError([`a dry run needs settings, and there are none in ${relative(cwd, folder)}: ${instead}`]);
  }
  const isOf = (name: string) =>
    settingsMapsIn(readTextFile(file(name)), name).some((map) => sketched(map).namespace === namespace);
  const ofNamespace = () => (namespace === undefined ? undefined : names.find(isOf));
  const [only = DEFAULT, ...more] = names;
  const name = environment ?? ofNamespace() ?? (more.length === 0 ? only : DEFAULT);
  if (names.includes(name)) return file(name);
  const problem = environment === undefined ? 'no environment is named' : `environment "${environment}" is unknown`;
  throw new InputError([
    `${problem}; ${relative(cwd, folder)} has ${names.join(', ')}: give --env NAME; or ${instead}`,
  ]);
}

/** The settings in a file. Of several it takes the wanted ones, and ignores errors in the others. */
function settingsIn(path: string, named: string, { environment, namespace }: SettingsSource): RunSettings {
  const all = settingsMapsIn(readTextFile(path, named), named).map(sketched);
  if (all.length === 0) {
    throw new InputError([
      `${named} has no ConfigMap ${SETTINGS_NAME}: give one that npm run synth has written, or what kubectl get ` +
        `configmap ${SETTINGS_NAME} -o yaml prints`,
    ]);
  }
  const ofEnvironment = all.filter((one) => environment === undefined || one.environment === environment);
  const ofNamespace = ofEnvironment.filter((one) => one.namespace === namespace);
  const [found, ...more] = ofNamespace.length > 0 ? ofNamespace : ofEnvironment;
  const theirs = all.map((one) => `${one.environment} (namespace ${one.namespace})`).join(', ');
  if (!found) {
    throw new InputError([
      `${named} has no settings of environment "${environment}"; it has those of ${theirs}: give --env NAME`,
    ]);
  }
  if (more.length > 0) {
    throw new InputError([
      `${named} has the settings of several environments; it has those of ${theirs}: give --env NAME or -n NAMESPACE`,
    ]);
  }
  return wholeSettings(parseSettings(found.json, named), named);
}

interface SettingsMap {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The environment and the namespace of settings, read before the settings are checked. */
function sketched({ data }: SettingsMap) {
  const json = typeof data?.['settings.json'] === 'string' ? data['settings.json'] : undefined;
  try {
    const { environment, namespace } = JSON.parse(json ?? '{}') ?? {};
    return { json, environment: String(environment ?? ''), namespace: String(namespace ?? '') };
  } catch {
    return { json, environment: '', namespace: '' };
  }
}

/**
 * Every ConfigMap with settings: in a stream of documents, or in a List.
 * @throws InputError for text that is not YAML, or whose aliases expand too much
 */
function settingsMapsIn(text: string, named: string): SettingsMap[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  const [error] = documents.flatMap((document) => document.errors);
  if (error) throw new InputError([`${named} is not YAML: ${error.message.split('\n')[0]}`]);
  try {
    const objects = documents.flatMap((document) => {
      const object = document.toJS({ maxAliasCount: 100 }) as { items?: unknown } | null;
      return Array.isArray(object?.items) ? (object.items as unknown[]) : [object];
    });
    return objects.filter(isSettingsMap);
  } catch (error) {
    throw new InputError([`${named} is not YAML that can be read: ${(error as Error).message}`]);
  }
}

const isSettingsMap = (object: unknown): object is SettingsMap => {
  const { kind, metadata } = (object ?? {}) as Partial<SettingsMap>;
  return kind === 'ConfigMap' && metadata?.name === SETTINGS_NAME;
};
