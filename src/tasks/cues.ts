// The words with which a task's line says what happens to a path. English only.

/** Placeholder for a path, so that its words do not count. */
export const PATH = '\ufffc';
/** Marks the end of a clause. */
export const END = '\u0001';

const either = (...patterns: readonly string[]): string => `(?:${patterns.join('|')})`;
/** Matches one of some words, which spaces separate. */
const word = (...lists: readonly string[]): string => `\\b${either(...lists.join(' ').split(' '))}\\b`;
const phrase = (...patterns: readonly string[]): string => `\\b${either(...patterns)}\\b`;
/** Matches up to this many words between two others. */
const upTo = (count: number): string => `(?: [\\w'-]+){0,${count}}?`;

/** At the beginning of a clause. */
const START = `(?<=^|[\\].!?;:(–—${END}-] ?|\\b(?:then|but|please) )`;
/** At the beginning of a clause, or where one more verb may follow. */
const VERB = `(?<=^|[\\].!?;:,(–—${END}-] ?|\\b(?:then|but|please|and|also) )`;
const ARTICLES = '(?:(?:the|a|an|our|your|its|file|folder|to|in|for|of) )*';
const BEFORE_PATH = `(?= ${ARTICLES}\\(?${PATH})`;

const CHANGE = `${either(
  ...['touch', 'chang', 'edit', 'modif', 'delet', 'remov', 'updat', 'alter', 'affect', 'overwrit', 'rewrit', 'replac'],
  ...['writ', 'creat', 'add', 'mov', 'renam', 'commit'],
)}\\w*`;
const NEGATION = either(
  word('no not never none nothing nobody neither nor without cannot dont doesnt cant wont mustnt shouldnt'),
  "n't\\b",
  '\\bw/o\\b',
);
const THESE = word('it its them they this that these those both either any which file files anything');

/** Words that forbid all paths of their clause. */
const FORBIDDING = either(
  NEGATION,
  word('except\\w* exclud\\w* exclusive avoid\\w* forb\\w+ prohibit\\w* disallow\\w* refrain\\w* ignor\\w* skip\\w*'),
  word('leave leaves leaving left keep keeps keeping kept preserv\\w* retain\\w* stay\\w* remain\\w* protected frozen'),
  word('unchanged untouched unmodified unaltered unaffected intact alone outside besides beyond freeze'),
  phrase('as (?:it|they) (?:is|are|was|were)', 'as[ -]is', 'other than', 'a(?:part|side) from', 'instead of'),
  phrase(
    'rather than',
    'off[ -]limits',
    'hands off',
    'read[ -]only',
    'out of scope',
    `(?:all|any|every)${upTo(3)} save`,
  ),
  `\\bbut ${ARTICLES}(?=${PATH})`,
);

/** Words that forbid the paths of the previous clause, if their own has none: `; do not change it`. */
const FORBIDDING_THOSE = either(
  `${NEGATION}${upTo(4)} ${CHANGE}(?: ${THESE}){0,3}(?= ?(?:[.,:;!)${END}]|$))`,
  `${THESE}${upTo(3)} ${phrase(
    ...['alone', 'intact', 'unchanged', 'untouched', 'unmodified', 'read[ -]only', 'off[ -]limits', 'as[ -]is'],
    'as (?:it|they) (?:is|are)',
  )}`,
);

/** Words that make the following paths references, which the task only reads. */
const READING = either(
  word('see read reads reading according accordance compl(?:y|ies|iant|iance|ying) conform\\w* adher\\w* obey\\w*'),
  word('consistent consistency compatib\\w+ align\\w* agree\\w* match(?:es|ing)? based inspired derived like similar'),
  word(
    'identical analog\\w* mirror(?:s|ing|ed)? refer(?:s|ring|red)? referenc(?:ing|ed) respect(?:s|ing)? honou?r\\w*',
  ),
  word('consult\\w* satisf\\w* against about if when whenever unless rel(?:y|ies|ying) cf compared? comparing'),
  phrase('(?<!the )follow(?:s|ing|ed)?', `same${upTo(5)} as`, 'in (?:line|keeping|sync) with', 'stick(?:s|ing)? to'),
  phrase('look(?:s|ing)? (?:at|up|in|into)', 'per (?:the|our|its|your|their|these|all|this)', 'point(?:s|ing)? to'),
  phrase('depend(?:s|ing)? (?:up)?on', 'link(?:s|ed|ing)? to', 'references? (?:to|for)'),
  phrase('(?:copy|parser|reader|loader|badge|docs|tests?|rules|conventions|guidelines|principles|standards) of'),
  phrase(
    '(?:use|uses|using|reuse|apply|applying|take|taking) (?:the|same|its|those|all|existing|settings|conventions)',
  ),
  phrase('as (?:per|in|by|told|set|laid|shown|given|written|known|\\w+ed)'),
  phrase('(?:described|defined|documented|specified|listed|stated|given|shown|explained|outlined|declared) (?:in|by)'),
  phrase('(?:used|found) (?:in|by)', `from(?=(?: [\\w'-]+){0,4} ${PATH})`),
  `${START}link(?:s|ed|ing)?${upTo(4)} to\\b`,
  START + word('check verify validate review inspect audit compare analy[sz]e study understand'),
  `${START}${word('references? inputs? sources? docs documentation context background prerequisites?')} ?(?=:)`,
);

/** Words that do the same, but only for the paths right behind them. */
const READING_NEXT =
  word(
    'per from run runs running use uses using load loads loading source import parse open print show cat execute copy',
    'check verify validate review inspect audit test compare detect find support supports given for ' +
      'what how why whether',
    'document describe explain explains mention quote cite link list call calls calling invoke',
  ) + BEFORE_PATH;

/** Words that make the path before them a reference. */
const SAYS = '(?= (?:says?|appl(?:y|ies)|requires?|demands?|prescribes?|in mind|as a guide)\\b)';

/** Verbs after which the task names the paths that it changes. */
const CHANGING =
  VERB +
  either(
    phrase(`(?:remov|delet|drop|mov|strip|extract|migrat)\\w*${upTo(6)} from`),
    word(
      'add create write update change edit modify delete remove rename move set configure implement introduce install',
      'extend expand replace rewrite refactor fix correct adjust adapt improve generate regenerate build put append',
      'insert document record register enable disable bump upgrade migrate convert split merge simplify clean format',
      'define declare describe initiali[sz]e scaffold provide make wire integrate pin harden list store save',
    ),
  );

/** Ends of clauses that can be seen from the next clause. */
const NEXT_CLAUSE = either(
  `[;${END}]`,
  `\\bbut (?!${ARTICLES}${PATH})`,
  `,(?= (?:and |then |or )?(?:(?:do|does|must|should|may) not|[a-z]+n't|never|without|dont)\\b)`,
  `,(?= (?:and |then |or )?${word('leave keep ignore avoid exclude skip not no')} [^,;${END}${PATH}]*${PATH})`,
);

/** Matches each relevant word of a text, in order. */
export const CUES = new RegExp(
  [
    `(?<source>${PATH}${SAYS})`,
    `(?<path>${PATH})`,
    '(?<open>\\()',
    '(?<close>\\))',
    `(?<next>${NEXT_CLAUSE})`,
    `(?<those>${FORBIDDING_THOSE})`,
    `(?<forbids>${FORBIDDING})`,
    `(?<readsNext>${READING_NEXT})`,
    `(?<changes>${CHANGING})`,
    `(?<reads>${READING})`,
  ].join('|'),
  'gi',
);

/** The text between the paths of a list. */
export const IN_LIST = /^(?:[\s,&+/(]|\b(?:and|or|the|a|an)\b)*$/;

/** The end of a sentence. A dot after an abbreviation, or before a path or a small letter, does not count. */
const SENTENCE = /(?<!\b(?:e\.g|i\.e|etc|cf|vs|incl|resp|approx))[.!?]+(?= (?:[A-Z][a-z]|[A-Z] ))/g;
/** A condition, which says nothing about what follows its comma. */
const CONDITION = new RegExp(
  `(?<=(?:^|[;${END}]) ?)(?:if|when|whenever|once|unless|while|after|because|since) [^,;()${END}]*,`,
  'gi',
);

/** A text with the ends of its sentences and conditions marked. */
export const withEnds = (text: string): string =>
  text.replace(SENTENCE, END).replace(CONDITION, (condition) => `${condition}${END}`);
