/** The factor of each suffix of a quantity. */
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
 * The quantities that an environment may use: the API server's form, without signs and exponents.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** A quantity's value in its base unit (cores, bytes), or NaN if the text is not a quantity. */
export function amountOf(quantity: string): number {
  const [, number, suffix] = QUANTITY.exec(quantity) ?? [];
  if (number === undefined) return Number.NaN;
  return rounded(Number(number) * (SUFFIXES[suffix ?? ''] ?? Number.NaN));
}

/** The sum of several quantities. */
export const sumOf = (quantities: readonly string[]): number =>
  rounded(quantities.reduce((sum, quantity) => sum + amountOf(quantity), 0));

/** Rounds away the error of binary fractions, so that 0.009 equals 9m. */
const rounded = (amount: number): number => Math.round(amount * 1e6) / 1e6;
