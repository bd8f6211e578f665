/** A heading that opens a phase. */
export interface PhaseHeading {
  readonly level: number;
  readonly title: string;
}

const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/s;
/** `Phase 1`, `Phase-1`, `Phase Two`, `Phase 3.1`, `Phase 4a`, `Phase A0`, `Phase N`, `Phase 类型 A`, `Phase: Setup`; not `Phase Dependencies`. */
const NUMBERED =
  /^(?:Phase|PHASE|phase)(?:\s*:|[-–]\d|\s+(?:\S{0,9}\d|[A-Z]{1,4}(?!\w)|(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)(?!\w)|(?![\0-\x7F])\p{L}))/u;
/** `Final Phase: Polish`, `Risk Mitigation Phase (OPTIONAL)`. */
const NAMED = /^\p{Lu}[^:(—–]{0,60}\sPhase\s*(?:$|[:(—–])/u;

/**
 * The phase that a line opens. A heading with a name instead of a number is one only where it is not below the present
 * phase's heading, so that `### Tests for Foundational Phase` is a part of its phase.
 * @param present level of the present phase's heading
 */
export function phaseHeading(text: string, present: number | undefined): PhaseHeading | undefined {
  const [, marks, heading] = HEADING.exec(text) ?? [];
  if (marks === undefined || heading === undefined) return undefined;
  const level = marks.length;
  const title = heading.trim();
  const words = title.replaceAll('*', '').replace(/^[^\p{L}]+/u, '');
  const named = NAMED.test(words) && level <= (present ?? 2);
  return NUMBERED.test(words) || named ? { level, title } : undefined;
}

/** Whether a line is a heading of any kind. */
export const isHeading = (text: string): boolean => HEADING.test(text);
