import type { OpenCodeConfig } from '../constructs/agent-config.js';
import type { Environment } from '../schema/environment.js';

type Model = Environment['model']['models'][number];

/** OpenCode's configuration for an environment's model: one provider, no calls home, no questions to a person. */
export function openCodeConfig({ model }: Environment): OpenCodeConfig {
  const { provider, name, smallName, sdk, models } = model;
  return {
    $schema: 'https://opencode.ai/config.json',
    model: `${provider}/${name}`,
    small_model: `${provider}/${smallName || name}`,
    // Without this, the prompt could go to OpenCode's own hosted models.
    enabled_providers: [provider],
    provider: {
      [provider]: {
        ...(sdk && { npm: sdk }),
        ...(models.length > 0 && { models: Object.fromEntries(models.map((one) => [one.name, described(one)])) }),
      },
    },
    share: 'disabled',
    autoupdate: false,
    // Snapshots are the undo of a person at the terminal. For each step, git would read the whole worktree.
    snapshot: false,
    // OpenCode refuses an action that it would ask about, and ends with exit code 0. The pod is the sandbox.
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

/**
 * A model as OpenCode's configuration has it.
 * @see https://opencode.ai/docs/models/
 */
function described({ limit, prices, headers, options }: Model): object {
  return {
    ...(limit && { limit: { context: limit.context, output: limit.output } }),
    ...(prices && {
      cost: {
        input: prices.input,
        output: prices.output,
        cache_read: prices.cacheRead,
        cache_write: prices.cacheWrite,
      },
    }),
    ...(headers && { headers }),
    ...(options && { options }),
  };
}
