/** An id in a text, or a range of ids. */
export interface Reference {
  readonly from: string;
  readonly to?: string;
}

const ID = '(?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|t|[Tt]ask)[-_]?\\d+[a-z]?';
/** `T001`, `T002-T006`, `T002–T006`, `T002 to T006`, `T002-006`. */
const REFERENCE = new RegExp(
  `(?<![\\w-])(${ID})(?:\\s{0,3}(?:[-–—]|\\.{2,3}|to|through)\\s{0,3}(${ID})|[-–](\\d+))?(?![\\w-])`,
  'g',
);
/** Words after which all ids up to the end of the clause are dependencies. */
const DEPENDING = [
  String.raw`depends?(?:\s+(?:up)?on)?`,
  String.raw`dependent\s+(?:up)?on`,
  String.raw`dependenc(?:y|ies)\s*:`,
  String.raw`prerequisites?\s*:`,
  String.raw`waits?\s+for`,
  String.raw`blocked\s+by`,
];
const DEPENDS = new RegExp(String.raw`\b(?:${DEPENDING.join('|')})(?!\w)`, 'gi');
/** `T003`, `T003, T004 and T005`: a list of ids. */
const LIST = new RegExp(
  `^${REFERENCE.source}(?:\\s{0,3}(?:[,/&]|and\\b|or\\b)\\s{0,3}(?:and\\s{1,3})?${REFERENCE.source})*`,
);
/** Words that mean a dependency only in brackets or right before an id. */
const NEEDS = new RegExp(`\\b(?:needs?|requires?|after)\\b(?:\\s{0,3}:?\\s{0,3}(?=${ID}\\b))?`, 'gi');
/** Words for the opposite direction, right before an id. */
const BLOCKS = new RegExp(`\\b(?:un)?blocks?\\s{0,3}:?\\s{0,3}(?=${ID}\\b)`, 'gi');
const NOT = /(?:\bnot|\bno|\bno longer|\bwithout|n['’]t)\s+$/i;
/**
 * The rest of a clause from here on is not about dependencies: `(depends on T001, blocks T005)`, `Dependencies: T001 |
 * Blocks: T005`.
 */
const ELSE = new RegExp(
  [
    '\\|',
    '\\b(?:un)?blocks?\\b',
    '\\b(?:required|needed|used) (?:by|for)\\b',
    '\\b(?:parallel|alongside|concurrent(?:ly)?|independent)\\b',
    `\\bnot\\s+(?:on\\s+)?(?=${ID})`,
    // `Dependencies: None (can start with T004)`, but not `None except T001`
    '^[\\s:—–-]{0,5}(?:none|nothing|n/a)\\s{0,3}(?:$|[.,;:(|—–-])(?!\\s{0,3}(?:but|except|other|besides|beyond|only))',
  ].join('|'),
  'i',
);
const BRACKETS = /[([]([^()[\]\n]*)[)\]]/g;
/** The text between the two sides of a line like `T008 blocks T009, T015`. */
const BEFORE = /→|⇒|-{1,2}>|=>|\b(?:blocks?|(?:(?:must|should) (?:be )?[a-z]{1,20} )?before)\b/;
/** The text between the sides of a line like `T002: depends on T001` or `T002 (requires T001)`. */
const WAITING = [
  'depends? (?:up)?on',
  'requires?',
  'needs?',
  '(?:is |are )?blocked by',
  'waits? for',
  '(?:(?:can|must|should) )?(?:starts? |comes? )?after',
];
const AFTER = new RegExp(String.raw`\(?\b(?:${WAITING.join('|')})\b`, 'i');
/** The longest line that may order tasks, in characters. */
const LINE = 1000;

/** The dependencies in a task's text: `(depends on T012, T013)`, `depends: T001`, `(needs a URL, T013)`. */
export function dependenciesIn(text: string): Reference[] {
  const prose = text.replaceAll('*', '');
  const found: Reference[] = [];
  const keyword = new RegExp(DEPENDS);
  for (let match = keyword.exec(prose); match; match = keyword.exec(prose)) {
    const end = clauseEnd(prose, keyword.lastIndex);
    if (!negated(prose, match.index)) found.push(...references(beforeElse(prose.slice(keyword.lastIndex, end))));
    // Continues after the clause, so that a line full of keywords is read only once.
    keyword.lastIndex = Math.max(end, keyword.lastIndex);
  }
  for (const [, inner = ''] of prose.matchAll(BRACKETS)) {
    const [need] = inner.matchAll(NEEDS);
    if (need && !negated(inner, need.index)) {
      const from = need.index + need[0].length;
      found.push(...references(beforeElse(inner.slice(from, clauseEnd(inner, from)))));
    }
  }
  return found.concat(listedAfter(NEEDS, prose));
}

const beforeElse = (clause: string): string => clause.split(ELSE, 1)[0] ?? '';

/** The dependents in a task's text: `(blocks T012, T013)`. */
export const dependentsIn = (text: string): Reference[] => listedAfter(BLOCKS, text.replaceAll('*', ''));

/** The order of tasks in a line outside of the tasks. Empty for any other line. */
export function dependencyLine(text: string): { before: Reference[]; after: Reference[] }[] {
  if (text.length > LINE) return [];
  const bare = text.replace(/^\s*(?:[-*+]\s+)?/, '').replaceAll('*', '');
  const line = bare.replace(/\b[Tt]asks? (?=[Tt])/g, '');
  if (!/^`?(?:T|[Tt]ask)[\w-]*\d/.test(line)) return [];
  // Each side may have its own remark.
  const [after, before, ...more] = line.split(AFTER).map((side) => onlyReferences(plainSide(side)));
  if (after && before && more.length === 0) return [{ before, after }];
  const sides = line.split(BEFORE).map((side) => onlyReferences(plainSide(side)));
  if (sides.length < 2 || sides.length > 50 || sides.some((side) => side === undefined)) return [];
  return sides.slice(1).map((after, index) => ({ before: sides[index] ?? [], after: after ?? [] }));
}

/** Every id in a text. */
export function references(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].map(([, from = '', to, number]) => {
    const last = to ?? (number === undefined ? undefined : from.replace(/\d+[a-z]?$/, number));
    return last === undefined ? { from } : { from, to: last };
  });
}

/** The ids of the list right behind a word. */
function listedAfter(word: RegExp, prose: string): Reference[] {
  return [...prose.matchAll(word)].flatMap(({ 0: said, index }) => {
    const from = index + said.length;
    const [list] = LIST.exec(prose.slice(from, from + 500)) ?? [];
    return list === undefined || negated(prose, index) ? [] : references(list);
  });
}

/** The ids of a text that contains nothing else. */
function onlyReferences(text: string): Reference[] | undefined {
  const rest = text.replace(REFERENCE, '').replace(/\band\b|[\s,/&+`.]/g, '');
  const ids = rest === '' ? references(text) : [];
  return ids.length > 0 ? ids : undefined;
}

/** Removes remarks in brackets, and punctuation around a list of ids. */
function plainSide(text: string): string {
  const plain = text.replace(/\([^()]*\)/g, ' ');
  const [listed = ''] = plain.split('(');
  return listed.replace(/[\s:)–—-]+$/, '').replace(/^[\s:–—]+/, '');
}

const negated = (text: string, index: number): boolean => NOT.test(text.slice(Math.max(0, index - 12), index));

/** Where a clause ends: at a semicolon, the end of the sentence or line, or the bracket around it. */
function clauseEnd(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    const ends = depth < 0 || character === '\n' || (depth === 0 && character === ';');
    if (ends || (character === '.' && /\s/.test(text[index + 1] ?? ' '))) return index;
  }
  return text.length;
}
