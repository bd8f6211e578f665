import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { ALIASES, COMMANDS } from '../src/cli/commands.js';
import { environmentJsonSchema } from '../src/schema/json-schema.js';
import { DOCUMENTS } from '../tools/seeds/documents.js';
import { partsOf, requirementsPage } from '../tools/seeds/page.js';
import { type DocumentName, PREFIXES } from '../tools/seeds/requirement.js';
import { REQUIREMENTS } from '../tools/seeds/requirements.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const documents = Object.keys(DOCUMENTS) as DocumentName[];
const idsIn = (document: DocumentName) => REQUIREMENTS.flatMap(({ ids }) => ids[document] ?? []);
const rows = REQUIREMENTS.map(
  (row) => [`${documents.flatMap((one) => row.ids[one] ?? [])[0]}: ${row.requirement}`, row] as const,
);

/** A part of a syntax tree, as swc gives it. */
interface Part {
  readonly type?: string;
  readonly value?: unknown;
  readonly [field: string]: unknown;
}

const isEach = (callee?: Part) => callee?.type === 'MemberExpression' && (callee.property as Part).value === 'each';

/** Whether it is `test(…)`, `test.skip(…)` or `test.each(…)(…)` that is called; `test.each(…)` itself has no title. */
function isCallOf(name: 'test' | 'describe', callee?: Part): boolean {
  // As in (has ? test : test.skip)(…).
  if (callee?.type === 'ParenthesisExpression') return isCallOf(name, callee.expression as Part);
  if (callee?.type === 'ConditionalExpression') return isCallOf(name, callee.consequent as Part);
  const inner = callee?.callee as Part | undefined;
  if (isEach(inner)) return isCallOf(name, inner?.object as Part);
  if (callee?.type === 'MemberExpression') return !isEach(callee) && isCallOf(name, callee.object as Part);
  return callee?.type === 'Identifier' && callee.value === name;
}

/** A title as it is written, with … for what is put into a template. */
function titleOf(argument?: Part): string | undefined {
  if (argument?.type === 'StringLiteral') return String(argument.value);
  if (argument?.type !== 'TemplateLiteral') return undefined;
  return (argument.quasis as { cooked: string }[]).map(({ cooked }) => cooked).join('…');
}

/** The titles of all tests below a part of a file's source, each also with those of the groups that it is in. */
function titlesBelow(part: unknown, groups: readonly string[] = []): string[] {
  if (Array.isArray(part)) return part.flatMap((one) => titlesBelow(one, groups));
  if (typeof part !== 'object' || part === null) return [];
  const node = part as Part;
  const called = node.type === 'CallExpression' ? (node.callee as Part) : undefined;
  const [first] = called ? (node.arguments as { expression: Part }[]) : [];
  const title = titleOf(first?.expression);
  const inGroups = title !== undefined && isCallOf('describe', called) ? [...groups, title] : groups;
  const below = Object.values(node).flatMap((one) => titlesBelow(one, inGroups));
  if (title === undefined || !isCallOf('test', called)) return below;
  return [title, ...groups.map((_, index) => [...groups.slice(index), title].join(' › ')), ...below];
}

const titles = new Map<string, Set<string>>();
function titlesOf(file: string): Set<string> {
  const known = titles.get(file) ?? new Set(titlesBelow(parseSync(read(file), { syntax: 'typescript' }).body));
  titles.set(file, known);
  return known;
}

/** What stands between backticks. */
const spansOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
const spans = REQUIREMENTS.flatMap(({ by, decided = '' }) => spansOf(`${by} ${decided}`));
const FILE =
  /^(?:(?:bench|bin|dist|docker|docs|examples|scripts|src|test|tools)(?:\/[\w./-]*)?|[\w-]+\.(?:md|json)|LICENSE)$/;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}
const schema = environmentJsonSchema as Schema;
const field = (path: string) => path.split('.').reduce((at: Schema | undefined, key) => at?.properties?.[key], schema);

describe.each(documents)('the ids of %s', (document) => {
  const ids = idsIn(document);

  test('are each there once', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.length).toBeGreaterThan(0);
  });
  test('begin with a section of the document, and every section has one', () => {
    const sections = DOCUMENTS[document].sections.split(' ');
    expect([...new Set(ids.map((id) => partsOf(id).section))].sort()).toEqual([...sections].sort());
  });
  test('count from 1 without a gap', () => {
    const known = new Set(
      ids.flatMap((id) => {
        const { section, numbers } = partsOf(id);
        return numbers.map((_, index) => [section, ...numbers.slice(0, index + 1)].join(' '));
      }),
    );
    const gaps = [...known].filter((id) => {
      const before = id.replace(/\d+$/, (last) => `${Number(last) - 1}`);
      return !before.endsWith(' 0') && !known.has(before);
    });
    expect(gaps).toEqual([]);
  });
});

describe.each(rows)('%s', (_, { tests, decided = '', by }) => {
  test('has a test, or says what was decided', () => {
    expect(tests.length > 0 || decided !== '').toBe(true);
  });
  test('says of what is not there that it is not, and has no test for it', () => {
    const [prefix = ''] = decided.split(':');
    if (decided !== '') expect(PREFIXES).toContain(prefix);
    const isThere = prefix !== 'Planned' && prefix !== 'Not there';
    expect([tests.length > 0, by !== '']).toEqual([isThere, isThere]);
  });
  test('names tests that there are', () => {
    expect(tests.filter(([file, title]) => !existsSync(join(project, file)) || !titlesOf(file).has(title))).toEqual([]);
  });
});

test('every file that a row names is there', () => {
  const files = spans.filter((span) => FILE.test(span));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !existsSync(join(project, file)))).toEqual([]);
});
test('every command that a row names is one', () => {
  const named = spans.flatMap((span) => /^agent-runner (\S+)/.exec(span)?.[1] ?? []);
  expect(named.filter((name) => !(name in COMMANDS) && !(name in ALIASES))).toEqual([]);
});
test('every field of an environment that a row names is one', () => {
  const dotted = spans.filter((span) => /^[a-z]\w+\.[\w.]+$/i.test(span) && !FILE.test(span));
  expect(dotted.length).toBeGreaterThan(30);
  expect(dotted.filter((path) => !field(path))).toEqual([]);
});
test('docs/seeds/requirements.md is what the table gives (npm run docs)', () => {
  expect(read('docs/seeds/requirements.md')).toBe(requirementsPage());
});
