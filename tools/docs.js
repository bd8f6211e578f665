// @ts-check
// Writes what the docs say about the code from the code: the parts between `<!-- generated NAME -->` and `<!-- end -->`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { SPAWN_HELP } from '../lib/cli/spawn-help.js';
import { environmentSchema } from '../lib/environments/environment.js';
import { RULES } from '../lib/environments/rules.js';
import { OUTCOMES } from '../lib/run/outcomes.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {{ description?: string, type?: string, enum?: unknown[], const?: unknown, default?: unknown, properties?: Record<string, Schema>, required?: string[], items?: Schema, anyOf?: Schema[], oneOf?: Schema[], additionalProperties?: unknown }} Schema */

/** @param {Schema} schema @param {string} path @returns {string[][]} */
function fields(schema, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path ? `${path}.${name}` : name;
    const variants = field.oneOf ?? field.anyOf;
    const own = field.description ? [[`\`${here}\``, typeOf(field), literal(field.default), field.description]] : [];
    if (variants) return [...own, ...variants.flatMap((variant) => fields(variant, here).slice(1))];
    return [...own, ...fields(field, here), ...(field.items ? fields(field.items, `${here}[]`) : [])];
  });
}

/** @param {Schema} field @returns {string} */
function typeOf(field) {
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.oneOf) return field.oneOf.map(({ properties }) => `\`${properties?.type?.const}\``).join(', ');
  if (field.type === 'array')
    return `list of ${field.items?.enum ? typeOf(field.items) : (field.items?.type ?? 'object')}`;
  return field.type ?? '';
}

/** @param {unknown} value */
const literal = (value) => (value === undefined ? '' : `\`${JSON.stringify(value)}\``);

/** @param {string[]} head @param {string[][]} rows */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** @type {Record<string, () => string>} */
const parts = {
  environment: () =>
    table(
      ['field', 'type', 'default', 'meaning'],
      fields(/** @type {Schema} */ (z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }))),
    ),
  rules: () => RULES.map(({ text }) => `- ${text}`).join('\n'),
  outcomes: () =>
    table(
      ['outcome', 'exit code', 'meaning', 'what to do'],
      Object.entries(OUTCOMES).map(([name, { exitCode, meaning, action }]) => [
        `\`${name}\``,
        `${exitCode}`,
        meaning,
        action,
      ]),
    ),
  'spawn-help': () => `\`\`\`text\n${SPAWN_HELP}\n\`\`\``,
};

/** The files with generated parts, as they are and as they should be. */
export function documents() {
  const paths = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => join('docs', file))];
  return paths
    .filter((path) => path.endsWith('.md'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const expected = text.replace(/(<!-- generated ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, start, name, end) => {
        if (!parts[name]) throw new Error(`${path}: nothing generates "${name}"`);
        return `${start}\n${parts[name]()}\n\n${end}`;
      });
      return { path, text, expected };
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { path, expected } of documents()) writeFileSync(join(root, path), expected);
}
