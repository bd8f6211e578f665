/** What must hold for a construct's props, and what is said when it does not. */
export type Rule = readonly [holds: boolean, problem: string];

/** What a construct's validation reports. */
export function brokenOf(rules: readonly Rule[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}
