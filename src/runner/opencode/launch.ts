import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CONFIG_FILES } from '../../run/metadata.js';
import type { RunSettings } from '../../run/settings.js';
import { listenOnLoopback } from '../doors/loopback.js';
import { RunFailure } from '../process/failure.js';
import type { Machine } from '../process/machine.js';
import { beginAgent } from './agent-side.js';
import type { Address } from './connection.js';

// Starts OpenCode in the agent's container. OpenCode does nothing before it gets a task.

/** Switches off what OpenCode would otherwise fetch, send or load by itself. */
const SWITCHES = {
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_SHARE: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
};

/** Makes OpenCode ignore the repository's configuration. */
const OWN_CONFIG_ONLY = { OPENCODE_DISABLE_PROJECT_CONFIG: '1' };

/** OpenCode's configuration in the environment. */
export interface Configuration {
  readonly provider?: Readonly<Record<string, Provider>>;
}

interface Provider {
  readonly npm?: string;
  readonly models?: object;
  readonly options?: object;
}

/** The model's API as OpenCode gets it. */
export interface Model {
  readonly url: string;
  readonly key: string;
  /** The models that OpenCode may use. */
  readonly names: readonly string[];
}

/**
 * Reads the environment's configuration of OpenCode.
 * @throws RunFailure bad-config if it is missing or not JSON
 */
export function readOpenCodeConfig(machine: Machine): Configuration {
  const path = join(machine.config, CONFIG_FILES.opencode);
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8'))) as Configuration;
  } catch (error) {
    throw new RunFailure('bad-config', `OpenCode's configuration cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Lets the agent's container start OpenCode.
 * @returns the address at which it will listen
 */
export async function launchOpenCode(
  machine: Machine,
  config: Configuration,
  model: Model,
  settings: Pick<RunSettings, 'allowRepositoryConfig'>,
): Promise<Address> {
  const address = { port: await freePort(), password: randomBytes(24).toString('base64url') };
  beginAgent(machine, {
    HOME: machine.home,
    TMPDIR: machine.temporary,
    LANG: 'C.UTF-8',
    ...SWITCHES,
    ...(!settings.allowRepositoryConfig && OWN_CONFIG_ONLY),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(withModel(config, model)),
    OPENCODE_SERVER_PASSWORD: address.password,
    AGENT_RUNNER_PORT: String(address.port),
    AGENT_RUNNER_MARK: randomBytes(16).toString('hex'),
  });
  return address;
}

/**
 * Adds the address of the door to the configuration. For an SDK that OpenCode does not know, it also adds the models.
 */
function withModel(config: Configuration, { url, key, names }: Model): Configuration {
  const own = ({ npm, models, options, ...rest }: Provider) => ({
    ...rest,
    ...(npm !== undefined && { npm }),
    models: { ...(npm !== undefined && Object.fromEntries(names.map((name) => [name, {}]))), ...models },
    options: { ...options, baseURL: url, apiKey: key },
  });
  const provider = Object.entries(config.provider ?? {}).map(([name, one]) => [name, own(one)]);
  return { ...config, provider: Object.fromEntries(provider) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
