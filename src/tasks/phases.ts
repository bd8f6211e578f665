/** A heading of any kind. */
export interface Heading {
  readonly level: number;
  readonly title: string;
}

const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/s;
/** A line that is completely bold. */
const BOLD = /^ {0,3}(?:\*\*([^*]{1,200})\*\*|__([^_]{1,200})__):?\s*$/;
/**
 * `Phase 1`, `Phase-1`, `Phase Two`, `Phase 3.1`, `Phase 4a`, `Phase A0`, `Phase N`, `Phase 类型 A`, `Phase: Setup`; not
 * `Phase Dependencies`.
 */
const NUMBER = [
  String.raw`\S{0,9}\d`,
  String.raw`[A-Z]{1,4}(?!\w)`,
  String.raw`(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)(?!\w)`,
  String.raw`(?![\0-\x7F])\p{L}`,
];
const NUMBERED = new RegExp(String.raw`^(?:Phase|PHASE|phase)(?:\s*:|[-–]\d|\s+(?:${NUMBER.join('|')}))`, 'u');
/** `Final Phase: Polish`, `Risk Mitigation Phase (OPTIONAL)`. */
const NAMED = /^\p{Lu}[^:(—–]{0,60}\sPhase\s*(?:$|[:(—–])/u;

/** The heading in a line. */
export function headingOf(text: string): Heading | undefined {
  const [, marks, title] = HEADING.exec(text) ?? [];
  return marks === undefined || title === undefined ? undefined : { level: marks.length, title: title.trim() };
}

/**
 * Whether a heading opens a phase. A heading with a name instead of a number must not be deeper than the present
 * phase's heading, so that `### Tests for Foundational Phase` is a part of its phase.
 * @param present level of the present phase's heading
 */
export function phaseHeading({ level, title }: Heading, present: number | undefined): boolean {
  const words = wordsOf(title);
  return NUMBERED.test(words) || (NAMED.test(words) && level <= (present ?? 2));
}

/** The title of a phase that is written in bold instead of as a heading: `**Phase 1: Setup**`. */
export function boldPhase(text: string): string | undefined {
  const [, stars, lines] = BOLD.exec(text) ?? [];
  const title = (stars ?? lines)?.trim();
  return title !== undefined && NUMBERED.test(wordsOf(title)) ? title : undefined;
}

const wordsOf = (title: string): string => title.replaceAll('*', '').replace(/^[^\p{L}]+/u, '');
