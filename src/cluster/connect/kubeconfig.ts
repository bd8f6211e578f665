import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import { parseDocument } from 'yaml';
import { NoConnection } from '../errors.js';
import type { ClusterChoice } from './choice.js';
import { MUST_BE_PROXY, proxyOf } from './proxy.js';
import { isObject, Section } from './section.js';

/** What a kubeconfig says about one context. */
export interface Context {
  /** For messages, like `context "prod" of /home/ada/.kube/config`. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly cluster: Cluster;
  /** The cluster, for a credential plugin that asks for it. */
  readonly forPlugin: object;
  /** Absent if the context names no user. */
  readonly user: { readonly name: string; readonly section: Section } | undefined;
}

/** The kinds of named entries, and the key of an entry's fields. */
const KINDS = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;
type Kind = keyof typeof KINDS;

/**
 * Reads the chosen context as kubectl does.
 * @returns undefined if there is no kubeconfig at all and the process runs in a pod
 * @throws NoConnection if something is missing, wrong or not known
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function readContext(choice: ClusterChoice): Context | undefined {
  const files = kubeconfigFiles(choice);
  if (!files) return undefined;
  const configs = files.map(readFile);
  const where = files.join(', ');
  /** The first file that has a name decides. */
  const find = (kind: Kind, name: string): Section | undefined => {
    for (const config of configs) {
      const found = entry(config, kind, name);
      if (found) return found;
    }
    return undefined;
  };
  const names = () => [...new Set(configs.flatMap((config) => config.sections('contexts').map(nameOf)))].join(', ');
  const wanted = choice.context ?? configs.map((config) => config.text('current-context')).find((name) => name);
  if (wanted === undefined) {
    throw new NoConnection(`${where} sets no current-context; give --context NAME: ${names() || 'it has none'}`);
  }
  const context = find('contexts', wanted);
  if (!context) {
    throw new NoConnection(`context "${wanted}" does not exist in ${where}; there are: ${names() || 'none'}`);
  }
  /** What the context names. Undefined if it names none. */
  const named = (key: 'cluster' | 'user', kind: Kind) => {
    const name = context.text(key);
    if (name === undefined) return undefined;
    const section = find(kind, name);
    if (!section) throw context.wrong(key, `is "${name}", which is not in ${where}`);
    return { name, section };
  };
  const cluster = named('cluster', 'clusters');
  if (!cluster) throw context.wrong('cluster', 'is missing');
  const user = named('user', 'users');
  const namespace = context.text('namespace');
  context.allow('extensions');
  context.refuseOthers();
  return {
    name: `context "${wanted}" of ${context.file}`,
    namespace,
    cluster: clusterOf(cluster.section, cluster.name),
    forPlugin: forPlugin(cluster.section),
    user,
  };
}

/** The files that exist. Undefined if there is none, no flag asks for one, and the process runs in a pod. */
function kubeconfigFiles({ kubeconfig: flag, context }: ClusterChoice): string[] | undefined {
  const named = flag ? [flag] : (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const candidates = named.length > 0 ? named : [join(homedir(), '.kube/config')];
  const files = candidates.filter((file) => existsSync(file));
  if (files.length === 0) {
    if (!flag && !context && process.env.KUBERNETES_SERVICE_HOST) return undefined;
    const by = flag ? '--kubeconfig' : named.length > 0 ? 'KUBECONFIG' : 'the default kubeconfig';
    throw new NoConnection(
      `no kubeconfig: ${by} is ${candidates.join(', ')}, which does not exist; give --kubeconfig ` +
        'FILE or set KUBECONFIG',
    );
  }
  for (const file of files) {
    try {
      accessSync(file, constants.R_OK);
    } catch {
      throw new NoConnection(`kubeconfig ${file} cannot be read by this user`);
    }
  }
  return files;
}

function readFile(file: string): Section {
  let content: unknown;
  try {
    const document = parseDocument(readFileSync(file, 'utf8'));
    const [error] = document.errors;
    if (error) throw error;
    content = document.toJS();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new NoConnection(`kubeconfig ${file} cannot be read: ${reason}`);
  }
  if (content !== null && !isObject(content)) throw new NoConnection(`kubeconfig ${file} is not a kubeconfig`);
  const config = new Section('the file', file, content ?? {});
  const kind = config.text('kind') ?? 'Config';
  if (kind !== 'Config') throw config.wrong('kind', `is "${kind}"; it must be Config`);
  return config;
}

const nameOf = (one: Section): string => one.text('name') ?? '';

function entry(config: Section, kind: Kind, name: string): Section | undefined {
  const [found, second] = config.sections(kind).filter((one) => nameOf(one) === name);
  if (second) throw config.wrong(kind, `has two entries with the name "${name}"`);
  const called = `${KINDS[kind]} "${name}"`;
  return found && (found.section(KINDS[kind])?.named(called) ?? new Section(called, config.file, {}));
}

function clusterOf(section: Section, name: string): Cluster {
  const given = section.text('server');
  if (given === undefined) throw section.wrong('server', 'is missing');
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.username || url?.password) throw section.wrong('server', 'must not have a user name or password');
  const server = url?.href.replace(/\/+$/, '');
  if (!server || !/^https?:/.test(server)) {
    throw section.wrong('server', 'must be a URL with https or http, like https://10.0.0.1:6443');
  }
  const caData = section.content('certificate-authority-data', 'certificate-authority');
  const insecure = section.flag('insecure-skip-tls-verify');
  if (insecure && caData) {
    throw section.wrong('insecure-skip-tls-verify', 'is true, which is not allowed beside a certificate-authority');
  }
  const tlsServerName = section.text('tls-server-name');
  const proxy = section.text('proxy-url');
  const proxyUrl = proxy && proxyOf(proxy);
  if (proxy && !proxyUrl) throw section.wrong('proxy-url', MUST_BE_PROXY);
  // Compression saves bytes, which is not a matter of who may do what.
  section.allow('disable-compression');
  section.allow('extensions');
  section.refuseOthers();
  return {
    name,
    server,
    // Plain HTTP is refused by KubeConfig unless no certificate is wanted.
    skipTLSVerify: insecure || server.startsWith('http:'),
    ...(caData && { caData }),
    ...(tlsServerName && { tlsServerName }),
    ...(proxyUrl && { proxyUrl }),
  };
}

/** @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function forPlugin(section: Section): object {
  const texts = ['server', 'tls-server-name', 'proxy-url'].map((key) => [key, section.text(key)] as const);
  const ca = section.content('certificate-authority-data', 'certificate-authority');
  const own = section.sections('extensions').find((one) => one.text('name') === 'client.authentication.k8s.io/exec');
  return {
    ...Object.fromEntries(texts.filter(([, value]) => value !== undefined)),
    ...(section.flag('insecure-skip-tls-verify') && { 'insecure-skip-tls-verify': true }),
    ...(ca && { 'certificate-authority-data': ca }),
    ...(own && { config: own.value('extension') }),
  };
}
