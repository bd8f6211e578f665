// @ts-check
// Makes docs/reference/api.md from the TSDoc of the public API.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('api', import.meta.url));

/** docs/reference/environments.md describes the fields of these, so docs/reference/api.md leaves them out. */
const DESCRIBED_ELSEWHERE = ['Environment', 'EnvironmentInput'];

/** TypeDoc warns of a public name without documentation and of a broken link. */
const COMPLAINT = /\[(?:error|warning)\].*/g;

/** @throws Error that lists every public name without documentation */
export function apiPage() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-api-'));
  try {
    const { stdout, stderr, status } = spawnSync('npx', ['--no', '--', 'typedoc', '--out', folder], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    });
    const missing = (`${stdout}${stderr}`.match(COMPLAINT) ?? []).filter((line) => !isExpected(line));
    if (status !== 0 || missing.length > 0) throw new Error(`the public API is not documented:\n${missing.join('\n')}`);
    return pageOf(readFileSync(join(folder, 'README.md'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The fields of an unnamed type need no documentation: the property with that type has it. @param {string} line */
const isExpected = (line) =>
  /__type|Found 0 errors|should not contain any block/.test(line) ||
  DESCRIBED_ELSEWHERE.some((name) => line.includes(` ${name}.`) || line.includes(` define${name}`));

const HEAD = `# The public API

Import from the package: \`import { … } from 'agentic-sdlc-agent-runner'\`. As in cdk8s, \`new Name(scope, id, props)\` makes a
construct. For examples, see [\`examples/\`](../../examples). Invalid values throw an \`InputError\`. Its \`problems\` has one sentence
for each problem, and \`synth\` prints them. \`npm run docs\` generates this page from the code.
`;

/** @param {string} markdown */
function pageOf(markdown) {
  const shortened = DESCRIBED_ELSEWHERE.reduce(
    (text, name) =>
      text.replace(new RegExp(`(\\n### ${name}\\n\\n[^\\n]*\\n)[\\s\\S]*?(\\n\\*\\*\\*\\n|\\n## )`), '$1$2'),
    markdown,
  );
  // Constructors are left out: each construct takes a scope, an id and its props.
  const brief = shortened.replace(
    /\n#### (?:Extends|Constructors|Overrides)\n[\s\S]*?(?=\n#### (?!Extends|Constructors|Overrides)|\n\*\*\*\n|\n## )/g,
    '',
  );
  return `${HEAD}${brief.replace(/^# .*\n/, '').trimEnd()}\n`;
}
