import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import { defineEnvironment, type EnvironmentInput } from '../src/schema/environment.js';
import { documents } from '../tools/docs.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  '.',
  'docs',
  'docs/reference',
  'docs/seeds',
  'docker',
  'scripts',
  'bench',
  'examples/demo',
  'examples/site',
]
  .flatMap((folder) => readdirSync(join(project, folder)).map((file) => join(folder, file)))
  .filter((path) => path.endsWith('.md'));
const scripts = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).scripts;

test.each(documents().map((document) => [document.path, document] as const))(
  'what %s says about the code is what the code says (npm run docs)',
  (_, { text, expected }) => expect(text).toBe(expected),
);

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(project, page), 'utf8');

  test('links to nothing that does not exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => join(dirname(page), link));
    expect(links.filter((link) => !existsSync(join(project, link)))).toEqual([]);
  });
  test('names no npm script that does not exist', () => {
    const named = [...text.matchAll(/npm run (\w[\w-]*(?::\w[\w-]*)*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
  test('names no test that does not exist', () => {
    const named = text.match(/\btest\/[\w./-]+\.test\.ts\b/g) ?? [];
    expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  });
});

/** What asks a registry for a package that is not this project's: no registry has one of these names. */
const STRANGERS = /npx (?!--no )[^\n`]*?\b(agent-runner|spawn-task|tail-logs|agentic-sdlc-agent-runner)\b/g;

test('nobody is asked to run a command that could fetch the package of a stranger', () => {
  const folders = ['docs', 'docker', 'scripts', 'bench', 'bin', 'src', 'dist', 'examples', 'imports', 'tools'];
  const below = folders.flatMap((folder) =>
    (readdirSync(join(project, folder), { recursive: true }) as string[]).map((file) => join(folder, file)),
  );
  const files = [...pages, ...below].filter((file) => /^(?!.*node_modules).*\.(md|ts|js|cjs|sh|txt)$/.test(file));
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) => readFileSync(join(project, file), 'utf8').match(STRANGERS) ?? []);
  expect(found).toEqual([]);
  expect('npx agent-runner, npx -y spawn-task, npx --no tail-logs'.match(STRANGERS)).toHaveLength(2);
});

/** The blocks of TypeScript of a page. */
const typescriptIn = (page: string) =>
  [...readFileSync(join(project, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

const inEnvironments = typescriptIn('docs/reference/environments.md');
const isWhole = (code: string) => code.includes('export ');

test.each(inEnvironments.filter(isWhole))(
  'docs/reference/environments.md has an environment that is one:\n%s',
  async (code) => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-runner-docs-'));
    const file = join(folder, 'environment.mjs');
    const written = code.replaceAll("from '../", `from '${project}lib/`);
    writeFileSync(file, transformSync(written, { loader: 'ts' }).code);
    const [environment] = Object.values(await import(file)) as EnvironmentInput[];
    rmSync(folder, { recursive: true });
    expect(defineEnvironment(environment as EnvironmentInput).egress.endpoints).not.toEqual([]);
  },
);

test.each([...typescriptIn('docs/install.md'), ...inEnvironments.filter((code) => !isWhole(code))])(
  'the docs have fields of an environment that may be so:\n%s',
  (code) => {
    const fields = new Function(`return {${code}}`)();
    expect(() => defineEnvironment({ name: 'docs', namespace: { name: 'docs' }, ...fields })).not.toThrow();
  },
);

test('docs/security.md names a test for every promise', () => {
  const page = readFileSync(join(project, 'docs/security.md'), 'utf8');
  const [, table = ''] = page.split('## Promises');
  const rows = (table.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(row.split('|').at(-2)).toMatch(/test\/[\w./-]+\.test\.ts|faults\.md/);
});

test('README.md shows lines of the recorded session, in their order', () => {
  const [, block = ''] = /```text\n([\s\S]*?)```/.exec(readFileSync(join(project, 'README.md'), 'utf8')) ?? [];
  const recorded = readFileSync(join(project, 'docs/session.txt'), 'utf8').split('\n');
  const places = block
    .trimEnd()
    .split('\n')
    .map((line) => recorded.indexOf(line));
  expect(places).not.toContain(-1);
  const ofLines = places.filter((_, index) => block.split('\n')[index] !== '');
  expect(ofLines).toEqual([...ofLines].sort((a, b) => a - b));
  expect(ofLines.length).toBeGreaterThan(10);
});
test('README.md is read in one go', () => {
  expect(readFileSync(join(project, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(131);
});
