import type { ModelUsage } from '../../run/result.js';

/** Tokens as a cell of a table; '' where they are not known. */
export const tokensOf = (tokens: number | undefined): string => (tokens === undefined ? '' : String(tokens));

/** US dollars as a cell of a table; '' where they are not known. */
export const costOf = (cost: number | undefined): string => (cost ? `$${cost.toFixed(4)}` : '');

/** How a model was used: requests, tokens and cost. */
export function usageOf({ requests, failed, input, output, cacheRead, cacheWrite, cost }: ModelUsage): string {
  const tokens = [
    [input, 'read'],
    [output, 'written'],
    [cacheRead, 'read from its cache'],
    [cacheWrite, 'written to its cache'],
  ] as const;
  return [
    `${requests} ${requests === 1 ? 'request' : 'requests'}` +
      (failed > 0 ? `, ${failed} of them without an answer` : ''),
    ...tokens.filter(([count]) => count > 0).map(([count, what]) => `${count} tokens ${what}`),
    ...(cost ? [costOf(cost)] : []),
  ].join('; ');
}
