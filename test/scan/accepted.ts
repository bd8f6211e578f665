/** A finding that stands, for one kind of object or one file. */
export interface Accepted {
  readonly scanner: string;
  readonly rule: string;
  readonly where: string;
  readonly why: string;
}

export const ACCEPTED: readonly Accepted[] = [];

/** Whether a finding, `SCANNER RULE WHERE`, is one that stands. */
export const accepts = ({ scanner, rule, where }: Accepted, finding: string): boolean =>
  finding === `${scanner} ${rule} ${where}` || finding.startsWith(`${scanner} ${rule} ${where}/`);
