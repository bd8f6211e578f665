import type { ModelUsage } from '../../run/result.js';
import { overBudget } from './budget.js';
import { NO_TOKENS } from './model-tokens.js';
import type { ModelDoorOptions, Tokens } from './model-types.js';

const MILLION = 1_000_000;

/** A run's usage, by model. */
export class Ledger {
  private readonly models = new Map<string, ModelUsage>();

  constructor(private readonly options: Pick<ModelDoorOptions, 'settings' | 'budget'>) {}

  /** @returns the cost in US dollars, if the model has prices */
  add(model: string, tokens: Tokens, failed: boolean): number | undefined {
    const { prices } = this.options.settings;
    const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
    const cost =
      price &&
      (tokens.input * price.input +
        tokens.output * price.output +
        tokens.cacheRead * price.cacheRead +
        tokens.cacheWrite * price.cacheWrite) /
        MILLION;
    const known = this.models.get(model);
    this.models.set(model, {
      model,
      requests: (known?.requests ?? 0) + 1,
      failed: (known?.failed ?? 0) + (failed ? 1 : 0),
      ...sum(known ?? NO_TOKENS, tokens),
      ...(cost !== undefined && { cost: (known?.cost ?? 0) + cost }),
    });
    return cost;
  }

  usage(): ModelUsage[] {
    return [...this.models.values()];
  }

  /** Says that the budget is used up, or '' if it is not. */
  overBudget(): string {
    const all = this.usage();
    const cost = all.reduce((result, one) => result + (one.cost ?? 0), 0);
    return overBudget(this.options.budget, all.reduce<Tokens>(sum, NO_TOKENS), cost);
  }
}

const sum = (one: Tokens, other: Tokens): Tokens => ({
  input: one.input + other.input,
  output: one.output + other.output,
  cacheRead: one.cacheRead + other.cacheRead,
  cacheWrite: one.cacheWrite + other.cacheWrite,
});
