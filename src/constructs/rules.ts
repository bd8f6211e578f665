/** A condition on a construct's props, and the problem to report if it does not hold. */
export type Rule = readonly [holds: boolean, problem: string];

/** The problems that a construct's validation reports. */
export function brokenOf(rules: readonly Rule[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}
