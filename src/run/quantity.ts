/** What the suffix of a quantity multiplies by. */
export const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * The quantities that an environment may give: the API server's form, without signs and exponents.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** A quantity's value in its base unit (cores, bytes), or NaN when it is none. */
export function amountOf(quantity: string): number {
  const [, number, suffix] = QUANTITY.exec(quantity) ?? [];
  if (number === undefined) return Number.NaN;
  // 0.009 and 9m are the same, whatever binary fractions make of them.
  return Math.round(Number(number) * (SUFFIXES[suffix ?? ''] ?? Number.NaN) * 1e6) / 1e6;
}
