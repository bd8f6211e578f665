import type { RequestOptions } from 'node:https';
import { request } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { Configuration, CustomFetch, ResponseBodyError, TokenEndpointResponse } from 'openid-client';
import { NoConnection } from '../errors.js';
import { OidcTokens, type Tokens } from './oidc-tokens.js';
import { proxyFromEnvironment } from './proxy.js';
import type { Section } from './section.js';
import { OIDC_LOGIN } from './user.js';

/** A token is renewed this long before it expires, in milliseconds, as by kubectl. */
const EARLY = 10_000;

/** Statuses of answers that have no body. */
const EMPTY = [204, 205, 304];

/**
 * A user's login at an OpenID Connect provider. An expired token is renewed, and written into the kubeconfig: a
 * provider may give a new refresh token with it, and then refuses the old one.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-kubectl
 */
export class OidcLogin {
  private readonly clientId: string | undefined;
  private readonly secret: string | undefined;
  private readonly issuer: string | undefined;
  private readonly ca: string | undefined;
  private readonly kubeconfig: OidcTokens;
  private tokens: Tokens;
  private renewing: Promise<string> | undefined;

  /**
   * @param userName name of the user in the kubeconfig
   * @param section the provider's `config`
   * @param report gets a line if the new token cannot be written
   */
  constructor(
    userName: string,
    private readonly section: Section,
    private readonly report: (line: string) => void,
  ) {
    this.clientId = section.text('client-id');
    this.secret = section.text('client-secret');
    this.issuer = section.text('idp-issuer-url');
    this.tokens = { 'id-token': section.text('id-token'), 'refresh-token': section.text('refresh-token') };
    this.ca = section.content('idp-certificate-authority-data', 'idp-certificate-authority');
    this.kubeconfig = new OidcTokens(section.file, userName);
    section.allow('extra-scopes');
    section.refuseOthers();
  }

  isAuthProvider({ authProvider }: User): boolean {
    return authProvider?.name === OIDC_LOGIN;
  }

  async applyAuthentication(_user: User, options: RequestOptions): Promise<void> {
    let token = this.current;
    if (token === undefined) {
      this.renewing ??= this.renew().finally(() => {
        this.renewing = undefined;
      });
      token = await this.renewing;
    }
    options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
  }

  /** The token, unless it is about to expire. */
  private get current(): string | undefined {
    const token = this.tokens['id-token'];
    return token && expiryOf(token) - EARLY > Date.now() ? token : undefined;
  }

  private async renew(): Promise<string> {
    let unlock: () => void;
    try {
      unlock = await this.kubeconfig.lock();
    } catch (error) {
      const token = await this.ask();
      this.notWritten(error as Error);
      return token;
    }
    try {
      // Another program may have renewed the token while this one ran, or waited.
      this.tokens = { ...this.tokens, ...this.kubeconfig.read() };
      return this.current ?? (await this.askAndWrite());
    } finally {
      unlock();
    }
  }

  private async askAndWrite(): Promise<string> {
    const token = await this.ask();
    try {
      this.kubeconfig.write(this.tokens);
    } catch (error) {
      this.notWritten(error as Error);
    }
    return token;
  }

  private notWritten({ message }: Error): void {
    this.report(`the renewed token is not in ${this.section.file}: ${message}`);
  }

  private async ask(): Promise<string> {
    const { id_token: token, refresh_token: next } = await this.answer();
    if (!token) throw this.failure(`${this.issuer} answered without an id-token for ${this.section.name}`);
    this.tokens = { 'id-token': token, 'refresh-token': next ?? this.tokens['refresh-token'] };
    return token;
  }

  /** What the provider answers to the refresh token. */
  private async answer(): Promise<TokenEndpointResponse> {
    const { issuer, clientId, secret, tokens } = this;
    const refreshToken = tokens['refresh-token'];
    if (!issuer || !clientId || !refreshToken) {
      throw this.failure(
        `the id-token of ${this.section.name} is missing or has expired, and without refresh-token, client-id and ` +
          'idp-issuer-url it cannot be renewed; log in as your provider demands',
      );
    }
    const client = await import('openid-client');
    try {
      const fetched = { [client.customFetch]: await this.fetch(issuer) };
      const known = await client.discovery(new URL(issuer), clientId, secret, undefined, fetched);
      const as = (login: typeof client.ClientSecretBasic): Configuration =>
        Object.assign(new client.Configuration(known.serverMetadata(), clientId, secret, login(secret)), fetched);
      if (!secret) return await client.refreshTokenGrant(known, refreshToken);
      // A provider takes the secret in one of two places, and some do not say in which. kubectl tries both like this.
      return await client.refreshTokenGrant(as(client.ClientSecretBasic), refreshToken).catch((error) => {
        if ((error as ResponseBodyError).error === 'invalid_grant') throw error;
        return client.refreshTokenGrant(as(client.ClientSecretPost), refreshToken);
      });
    } catch (error) {
      const { message, error: code, error_description: description, cause } = error as ResponseBodyError;
      const reason = [message, code, description, (cause as { message?: string } | undefined)?.message];
      const words = reason.filter((text) => text).join(': ');
      throw this.failure(`${issuer} does not renew the token of ${this.section.name}: ${words}`);
    }
  }

  private failure(what: string): NoConnection {
    return new NoConnection(`no credential: ${what}`);
  }

  /** Like the global `fetch`, which knows neither a proxy nor the certificate authority of the kubeconfig. */
  private async fetch(issuer: string): Promise<CustomFetch> {
    const proxyUrl = proxyFromEnvironment(issuer);
    const config = new KubeConfig();
    const provider = { name: 'issuer', server: issuer, skipTLSVerify: false };
    config.loadFromClusterAndUser(
      { ...provider, ...(this.ca && { caData: this.ca }), ...(proxyUrl && { proxyUrl }) },
      { name: 'nobody' },
    );
    const options: RequestOptions = { rejectUnauthorized: true };
    await config.applyToHTTPSOptions(options);
    return (url, { method, headers, body, signal }) =>
      new Promise((done, reject) => {
        const call = request(url, { agent: options.agent, method, headers }, (response) => {
          const { 'content-type': type = '' } = response.headers;
          const init = { status: response.statusCode ?? 500, headers: { 'Content-Type': type } };
          textOf(response).then((text) => done(new Response(EMPTY.includes(init.status) ? null : text, init)), reject);
        });
        call.on('error', reject);
        signal?.addEventListener('abort', () => {
          call.destroy();
          reject(new Error('it does not answer'));
        });
        call.end(body ? String(body) : undefined);
      });
  }
}

/** When a token expires, in milliseconds since 1970. 0 if it does not say so. */
function expiryOf(token: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: number };
    return (exp ?? 0) * 1000;
  } catch {
    return 0;
  }
}
