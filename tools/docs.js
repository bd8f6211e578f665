// @ts-check
// Generates parts of the docs from the code: those between `<!-- generated NAME -->` and `<!-- end -->`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { allSpecs, namesOf } from '../lib/cli/commands.js';
import { helpOf } from '../lib/cli/line/help.js';
import { ROLE_RULES } from '../lib/constructs/runner-rbac.js';
import { OUTCOMES } from '../lib/run/outcomes.js';
import { PROTECTED_KINDS } from '../lib/run/protected-globs.js';
import { environmentJsonSchema } from '../lib/schema/json-schema.js';
import { RULES } from '../lib/schema/rules.js';
import { fieldTable } from '../lib/schema/table.js';
import { apiPage } from './api-page.js';
import { markdownTable } from './markdown-table.js';
import { rightsTable } from './rights.js';
import { requirementsPage } from './seeds/page.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The rights of the Roles, as an API server grants them. */
const rights = await rightsTable((role, verb, { group, resource, name }) =>
  ROLE_RULES[role].some(
    ({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups?.includes(group) &&
      resources?.includes(resource) &&
      verbs.includes(verb) &&
      (!resourceNames || resourceNames.includes(name ?? '')),
  ),
);

const specs = await allSpecs();

/** @param {string} name */
function helpText(name) {
  const spec = specs.find((one) => one.name === name);
  if (!spec) throw new Error(`there is no command ${name}`);
  return `\`\`\`text\n${helpOf(spec)}\n\`\`\``;
}

/** @type {Record<string, () => string>} */
const parts = {
  environment: () => fieldTable(environmentJsonSchema),
  rules: () => RULES.map(({ text }) => `- ${text}`).join('\n'),
  outcomes: () =>
    markdownTable(
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
    markdownTable(
      ['kind', 'paths', 'why'],
      PROTECTED_KINDS.map(({ what, why, globs }) => [what, globs.map((glob) => `\`${glob}\``).join(' '), why]),
    ),
  rights: () => rights,
  'spawn-help': () => helpText('spawn-task'),
  commands: () =>
    markdownTable(
      ['command', 'what it does'],
      specs.map(({ name, summary }) => [
        [name, ...namesOf(name).slice(1)].map((one) => `\`${one}\``).join(', '),
        summary,
      ]),
    ),
  reference: () => specs.map(({ name }) => `## ${name}\n\n${helpText(name)}`).join('\n\n'),
};

/** The files with generated parts, as they are and as they should be. */
export function documents() {
  const paths = /** @type {string[]} */ (readdirSync(join(root, 'docs'), { recursive: true }));
  return paths
    .filter((path) => path.endsWith('.md'))
    .map((file) => join('docs', file))
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
  writeFileSync(join(root, 'docs/reference/api.md'), apiPage());
  writeFileSync(join(root, 'docs/seeds/requirements.md'), requirementsPage());
}
