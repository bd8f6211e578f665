import type { OpenCodeConfig } from '../constructs/agent-config.js';
import type { Environment } from '../environments/environment.js';
import { PATHS, SECRET_KEYS } from '../run/metadata.js';

/** OpenCode's configuration for an environment's model: one provider, nothing that calls home, nobody to ask. */
export function openCodeConfig({ model }: Environment): OpenCodeConfig {
  const { provider, name, smallName, baseURL, sdk } = model;
  const names = [name, smallName].filter((text) => text !== '');
  return {
    $schema: 'https://opencode.ai/config.json',
    model: `${provider}/${name}`,
    small_model: `${provider}/${smallName || name}`,
    // Without this, a missing key would send the prompt to OpenCode's own hosted models.
    enabled_providers: [provider],
    provider: {
      [provider]: {
        options: {
          apiKey: `{file:${PATHS.modelCredential}/${SECRET_KEYS.modelKey}}`,
          ...(baseURL && { baseURL }),
        },
        ...(sdk && { npm: sdk, models: Object.fromEntries(names.map((text) => [text, {}])) }),
      },
    },
    share: 'disabled',
    autoupdate: false,
    // Its undo for a person at the terminal: git would read the whole worktree at each step.
    snapshot: false,
    // What asks is refused and ends the run with exit code 0; the pod is the sandbox.
    permission: {
      edit: 'allow',
      bash: 'allow',
      read: 'allow',
      webfetch: 'allow',
      external_directory: 'allow',
      doom_loop: 'allow',
    },
  };
}
