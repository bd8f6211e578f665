// @ts-check
import { markdownTable } from '../markdown-table.js';
import { DOCUMENTS } from './documents.js';
import { REQUIREMENTS } from './requirements.js';

/** @typedef {import('./requirement.js').DocumentName} DocumentName */

const HEAD = ['id', 'requirement', 'command or file', 'test', 'decided otherwise, or not there'];

/**
 * The section of an id and the numbers behind it: `Must 3.1` is `Must` and 3, 1.
 * @param {string} id
 */
export function partsOf(id) {
  const [, section = '', numbers = ''] = /^([A-Z][A-Za-z-]*?) ?(\d+(?:\.\d+)*)$/.exec(id) ?? [];
  return { section, numbers: numbers.split('.').map(Number) };
}

/** Orders ids as the document does. @param {DocumentName} document @returns {(a: string, b: string) => number} */
const inOrderOf = (document) => {
  const sections = DOCUMENTS[document].sections.split(' ');
  return (a, b) => {
    const [left, right] = [partsOf(a), partsOf(b)];
    const bySection = sections.indexOf(left.section) - sections.indexOf(right.section);
    const byNumber = (left.numbers[0] ?? 0) - (right.numbers[0] ?? 0);
    return bySection || byNumber || (left.numbers[1] ?? 0) - (right.numbers[1] ?? 0);
  };
};

/** @param {DocumentName} document */
function table(document) {
  const order = inOrderOf(document);
  const rows = REQUIREMENTS.flatMap((one) => {
    const ids = one.ids[document];
    return ids ? [{ ...one, ids: [...ids].sort(order) }] : [];
  }).sort((a, b) => order(a.ids[0] ?? '', b.ids[0] ?? ''));
  const lines = rows.map(({ ids, requirement, by, tests, decided = '' }) => {
    const shown = tests.map(([file, title]) => `\`${file}\`: “${title}”`).join('; ');
    return [ids.join(', '), requirement, by, shown, decided];
  });
  return `## ${DOCUMENTS[document].title}

${markdownTable(HEAD, lines)}
`;
}

/** docs/seeds/requirements.md. */
export function requirementsPage() {
  const names = /** @type {DocumentName[]} */ (Object.keys(DOCUMENTS));
  return `# Requirements

Five documents have the requirements of this project. Each has a table here: the requirement by its own number or section, the command
or file that meets it, and a test that shows it. The last column says what was decided otherwise, is there partly, is planned, or is
not there, and why. \`npm run docs\` writes this page from \`tools/seeds/requirements.js\`; \`test/seeds.test.ts\` looks for each test and file.

${names.map(table).join('\n')}`;
}
