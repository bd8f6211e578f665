import { sumOf } from './model-tokens.js';
import type { ModelDoorOptions, Tokens } from './model-types.js';

/** Says that a budget is used up, or '' if it is not. 0 means no budget. */
export function overBudget(budget: ModelDoorOptions['budget'], tokens: Tokens, cost: number): string {
  const used = sumOf(tokens);
  if (budget.tokens > 0 && used >= budget.tokens) {
    return `used ${used} tokens of the ${budget.tokens} of task.budget.tokens`;
  }
  if (budget.cost > 0 && cost >= budget.cost) {
    return `used ${dollars(cost)} of the ${dollars(budget.cost)} of task.budget.cost`;
  }
  return '';
}

/** An amount with enough digits that small amounts do not appear as zero. */
const dollars = (amount: number): string =>
  `$${amount >= 0.01 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)))}`;
