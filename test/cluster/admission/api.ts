import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly message: string;
}

/** The API server as anybody: the proxy passes on whom the caller wants to be. */
export class Impersonated {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  private constructor(
    private readonly proxy: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(): Promise<Impersonated> {
    // Without the filter it would not pass exec and attach on.
    const args = ['proxy', '--port=0', '--disable-filter=true'];
    const proxy = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(proxy.stdout, 'data');
    return new Impersonated(proxy, Number(/:(\d+)/.exec(String(line))?.[1]));
  }

  async send(
    who: { readonly user: string; readonly groups: readonly string[] },
    method: string,
    path: string,
    body?: object,
    type = 'application/json',
  ): Promise<Answer> {
    const headers = {
      'Content-Type': type,
      'Impersonate-User': who.user,
      'Impersonate-Group': ['system:authenticated', ...who.groups],
    };
    const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent });
    sent.end(body && JSON.stringify(body));
    const [response] = await once(sent, 'response');
    const answer = await text(response);
    return { status: response.statusCode, message: /"message":"((?:[^"\\]|\\.)*)"/.exec(answer)?.[1] ?? answer };
  }

  close(): void {
    this.agent.destroy();
    this.proxy.kill();
  }
}

export const ROOT = { user: 'root', groups: ['system:masters'] };

/** Puts a pod on a node, which need not be there: the deletion of one without takes no time at all. */
export async function toNode(api: Impersonated, path: string): Promise<void> {
  const name = path.split('/').pop();
  const target = { apiVersion: 'v1', kind: 'Node', name: 'nowhere' };
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target };
  const { status, message } = await api.send(ROOT, 'POST', `${path}/binding`, binding);
  if (status !== 201) throw new Error(`${name} gets no node: ${message}`);
}
