import { ConfigMap } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CONFIG_FILES } from '../run/metadata.js';
import { type RunSettings, SETTINGS_NAME } from '../run/settings.js';

/** OpenCode's configuration, as its `opencode.json` has it. */
export type OpenCodeConfig = Readonly<Record<string, unknown>>;

/** Properties of {@link AgentConfig}. */
export interface AgentConfigProps {
  /** What rendering a run needs. */
  readonly settings: RunSettings;

  /**
   * OpenCode's configuration. It holds no key: `{file:…}` names the file of the mounted Secret.
   *
   * @see https://opencode.ai/v1/docs/config/
   */
  readonly opencode: OpenCodeConfig;
}

/**
 * The ConfigMap that every run of the namespace is rendered from, so that whoever spawns needs no checkout and what the
 * platform engineer installed is what every run gets.
 */
export class AgentConfig extends Construct {
  constructor(scope: Construct, id: string, props: AgentConfigProps) {
    super(scope, id);
    new ConfigMap(this, 'Settings', {
      metadata: { name: SETTINGS_NAME },
      data: {
        [CONFIG_FILES.settings]: json(props.settings),
        [CONFIG_FILES.opencode]: json(props.opencode),
      },
    });
  }
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
