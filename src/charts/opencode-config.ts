import type { OpenCodeConfig } from '../constructs/agent-config.js';
import type { Environment } from '../environments/environment.js';
import { PATHS, SECRET_KEYS } from '../run/metadata.js';

/** OpenCode's configuration for an environment's model: one provider, nothing that calls home, nobody to ask. */
export function openCodeConfig({ model }: Environment): OpenCodeConfig {
  const [provider = ''] = model.name.split('/');
  const names = [model.name, model.smallName].filter((name) => name !== '');
  const models = Object.fromEntries(names.map((name) => [name.slice(provider.length + 1), {}]));
  return {
    $schema: 'https://opencode.ai/config.json',
    model: model.name,
    small_model: model.smallName || model.name,
    // Without this, a missing key would send the prompt to OpenCode's own hosted models.
    enabled_providers: [provider],
    provider: {
      [provider]: {
        options: {
          apiKey: `{file:${PATHS.modelCredential}/${SECRET_KEYS.modelKey}}`,
          ...(model.baseURL && { baseURL: model.baseURL }),
        },
        ...(model.sdk && { npm: model.sdk, models }),
      },
    },
    share: 'disabled',
    autoupdate: false,
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
