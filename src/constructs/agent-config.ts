import { ApiObject } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { AGENT_ENTRY } from '../run/agent-entry.js';
import { CONFIG_FILES } from '../run/metadata.js';
import { type RunSettings, SETTINGS_NAME } from '../run/settings.js';

/** OpenCode's configuration, as in its `opencode.json`. */
export type OpenCodeConfig = Readonly<Record<string, unknown>>;

/** Properties of {@link AgentConfig}. */
export interface AgentConfigProps {
  /** Settings that every run is rendered from. */
  readonly settings: RunSettings;

  /**
   * OpenCode's configuration, without a key and without the address of the model's API. The runner adds those of its
   * own door.
   *
   * @see https://opencode.ai/v1/docs/config/
   */
  readonly opencode: OpenCodeConfig;
}

/**
 * The ConfigMap with the settings of a namespace. Every run there is rendered from it, so nobody needs a checkout to
 * spawn one. Every run gets what the platform engineer installed.
 */
export class AgentConfig extends Construct {
  /** Name of the ConfigMap. It is the same in every namespace, so that the commands find it. */
  readonly name = SETTINGS_NAME;

  /** The ConfigMap. */
  readonly apiObject: ApiObject;

  constructor(scope: Construct, id: string, props: AgentConfigProps) {
    super(scope, id);
    const configMap = new ConfigMap(this, 'Settings', {
      metadata: { name: this.name },
      data: {
        [CONFIG_FILES.settings]: json(props.settings),
        [CONFIG_FILES.opencode]: json(props.opencode),
        [CONFIG_FILES.entry]: AGENT_ENTRY,
      },
    });
    this.apiObject = ApiObject.of(configMap);
  }
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
