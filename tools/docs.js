// @ts-check
// Writes what the docs say about the code from the code: the parts between `<!-- generated NAME -->` and `<!-- end -->`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SPAWN_HELP } from '../lib/cli/spawn-help.js';
import { ROLE_RULES } from '../lib/constructs/runner-rbac.js';
import { environmentJsonSchema } from '../lib/environments/json-schema.js';
import { RULES } from '../lib/environments/rules.js';
import { fieldTable } from '../lib/environments/table.js';
import { OUTCOMES } from '../lib/run/outcomes.js';
import { PROTECTED_KINDS } from '../lib/run/protected-globs.js';
import { rightsTable } from './rights.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string[]} head @param {string[][]} rows */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** What the Roles say, as an API server reads them. */
const rights = await rightsTable((role, verb, { group, resource, name }) =>
  ROLE_RULES[role].some(
    ({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups?.includes(group) &&
      resources?.includes(resource) &&
      verbs.includes(verb) &&
      (!resourceNames || resourceNames.includes(name ?? '')),
  ),
);

/** @type {Record<string, () => string>} */
const parts = {
  environment: () => fieldTable(environmentJsonSchema),
  rules: () => RULES.map(({ text }) => `- ${text}`).join('\n'),
  outcomes: () =>
    table(
      ['outcome', 'exit code', 'meaning', 'what the agent wrote', 'what to do'],
      Object.entries(OUTCOMES).map(([name, { exitCode, meaning, work, action }]) => [
        `\`${name}\``,
        `${exitCode}`,
        meaning,
        work,
        action,
      ]),
    ),
  'protected-paths': () =>
    table(
      ['kind', 'paths', 'why'],
      PROTECTED_KINDS.map(({ what, why, globs }) => [what, globs.map((glob) => `\`${glob}\``).join(' '), why]),
    ),
  rights: () => rights,
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
