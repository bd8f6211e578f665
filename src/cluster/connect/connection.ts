import { X509Certificate } from 'node:crypto';
import type { Agent, ClientRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import { ClusterError, NoConnection } from '../errors.js';
import type { ClusterChoice } from './choice.js';
import type { ExecPlugin } from './exec-plugin.js';
import { readContext } from './kubeconfig.js';
import { bare, proxyFromEnvironment } from './proxy.js';
import { reasonOf } from './reason.js';
import { type Login, loginOf } from './user.js';

/** The way to one API server: its address, and who asks. The official client authenticates. */
export class Connection {
  /** The agents by the client certificate of their connections. Streams go on over those of an old certificate. */
  private readonly agents = new Map<string, Agent>();
  /** The client certificate of the last request. */
  private certificate = '';
  private answered = false;

  private constructor(
    private readonly config: KubeConfig,
    private readonly cluster: Cluster,
    /** Where the address is from, for messages. */
    private readonly source: string,
    /** Namespace of the context, if it names one. */
    readonly namespace: string | undefined,
    private readonly impersonation: Login['impersonation'],
    private readonly plugin: ExecPlugin | undefined,
  ) {}

  /**
   * @param report gets what a credential plugin says
   * @param root folder that the files of a pod's service account are below. Default: /
   * @throws NoConnection if the kubeconfig is wrong. Nothing is asked of the API server yet
   */
  static async open(choice: ClusterChoice, report: (line: string) => void, root = ''): Promise<Connection> {
    const config = new KubeConfig();
    const context = readContext(choice);
    if (!context) return Connection.inCluster(config, root);
    const { user, forPlugin, namespace, name } = context;
    const proxyUrl = context.cluster.proxyUrl ?? proxyFromEnvironment(context.cluster.server);
    const cluster: Cluster = { ...context.cluster, ...(proxyUrl && { proxyUrl }) };
    const login = user && loginOf(user.section, user.name);
    // KubeConfig reads no certificate of a cluster without a user.
    config.loadFromClusterAndUser(cluster, login?.user ?? { name: 'nobody' });
    let plugin: ExecPlugin | undefined;
    if (login?.exec) {
      plugin = new (await import('./exec-plugin.js')).ExecPlugin(login.exec, forPlugin, report);
      config.addAuthenticator(plugin);
    }
    if (login?.oidc && user) {
      const { OidcLogin } = await import('./oidc.js');
      config.addAuthenticator(new OidcLogin(user.name, login.oidc, report));
    }
    return new Connection(config, cluster, name, namespace, login?.impersonation ?? {}, plugin);
  }

  private static inCluster(config: KubeConfig, root: string): Connection {
    config.loadFromCluster(root);
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new NoConnection('no kubeconfig, and the pod has no service account');
    const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
    return new Connection(config, cluster, "the pod's service account", namespace, {}, undefined);
  }

  /**
   * What a request needs. Connections stay open for the next one.
   * @throws NoConnection if there is no credential
   */
  async options(): Promise<RequestOptions> {
    // Said here, because else NODE_TLS_REJECT_UNAUTHORIZED decides.
    const options: RequestOptions = { headers: {}, rejectUnauthorized: true };
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      const { message } = error as Error;
      const said = error instanceof NoConnection ? message : `no credential: ${message} (${this.source})`;
      throw this.answered ? new ClusterError(said) : new NoConnection(said);
    }
    const { server, proxyUrl } = this.cluster;
    const { hostname, port, pathname } = new URL(server);
    const { Authorization: authorization, ...headers } = options.headers as Record<string, string>;
    return {
      agent: this.keep(options, bare(hostname)),
      // A proxy for HTTP gets the name as a URL has it.
      hostname: proxyUrl?.startsWith('http') ? hostname : bare(hostname),
      port,
      path: pathname.replace(/\/$/, ''),
      // Without it, the agent for SOCKS does not find a connection that it has kept.
      secureEndpoint: this.isEncrypted,
      ...(options.auth && { auth: options.auth }),
      // A token's file ends with a line break.
      headers: { ...headers, ...this.impersonation, ...(authorization && { Authorization: authorization.trim() }) },
    } as RequestOptions;
  }

  get isEncrypted(): boolean {
    return this.cluster.server.startsWith('https:');
  }

  /** The API server has answered, so address, certificate and credential are right. */
  answers(): void {
    this.answered = true;
  }

  /** The API server refused the credential of a request. The next request gets a new one if there is a plugin. */
  refused(request: ClientRequest): void {
    this.plugin?.forget(request.getHeader('Authorization'));
  }

  /** What is known about a refused credential. */
  aboutCredential(): string {
    if (!this.certificate) return '';
    const until = new Date(new X509Certificate(this.certificate).validTo);
    if (until.getTime() > Date.now()) return '';
    return `; the client certificate of ${this.source} expired on ${until.toISOString()}`;
  }

  /** Says what a failed request means. */
  failure(error: NodeJS.ErrnoException): ClusterError {
    const { server, proxyUrl } = this.cluster;
    const { what, passes, next } = reasonOf(error, server, proxyUrl);
    if (this.answered) return new ClusterError(what);
    return new (passes ? ClusterError : NoConnection)(`${what}; ${next} (${this.source})`);
  }

  /** Closes the connections soon. They keep no process alive. */
  close(): void {
    setImmediate(() => {
      for (const agent of this.agents.values()) agent.destroy();
    }).unref();
  }

  /** The agent for a client certificate. KubeConfig makes a new agent for each request. */
  private keep({ agent, cert }: RequestOptions, host: string): Agent {
    this.certificate = cert ? String(cert) : '';
    const kept = this.agents.get(this.certificate);
    if (kept) return kept;
    const made = Object.assign(agent as Agent & { readonly options: RequestOptions }, { keepAlive: true });
    // A proxy for SOCKS makes Node forget which address the certificate is for. Said for each request, it would keep
    // the later ones from using the connection.
    const name = this.cluster.tlsServerName ?? host;
    made.options.checkServerIdentity = (_, certificate) => checkServerIdentity(name, certificate);
    this.agents.set(this.certificate, made);
    return made;
  }
}
