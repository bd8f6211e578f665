// @ts-check
// Writes the docs as a site to `site`, or to the folder that is given: the pages, the diagrams, the public API and a search
// over all of them. It needs no server and no network, neither to be built nor to be read.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, normalize, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const api = join(project, 'tools/api');

/** The pages, in the order in which the site lists them. */
const PAGES = [
  'docs/install.md',
  'docs/plan.md',
  'docs/implement.md',
  'docs/spec-kit.md',
  'docs/reference/events.md',
  'docs/saved-work.md',
  'docs/security.md',
  'docs/upgrade.md',
  'docs/migration.md',
  'docs/reference/commands.md',
  'docs/reference/environments.md',
  'docs/reference/outcomes.md',
  'docs/reference/settings.md',
  'docs/reference/connection.md',
  'docs/reference/faults.md',
  'docs/seeds/requirements.md',
  'docs/seeds/standards.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docker/README.md',
  'bench/RESULTS.md',
  'examples/site/README.md',
  'scripts/README.md',
];

/** The site has the API itself where the docs have a page about it. */
const API_PAGE = 'docs/reference/api.md';

/** @param {string} target folder, which is replaced */
export function writeSite(target) {
  if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(join(target, 'assets/search.js')))
    throw new Error(`${target} is not empty and is no site: give another folder`);
  const work = mkdtempSync(join(tmpdir(), 'agent-runner-site-'));
  try {
    for (const page of ['README.md', ...PAGES]) stage(page, work);
    writeFileSync(join(work, 'diagrams.js'), diagramScript());
    const pages = PAGES.flatMap((page) => ['--projectDocuments', join(work, page)]);
    const own = [
      '--readme',
      join(work, 'README.md'),
      '--customJs',
      join(work, 'diagrams.js'),
      '--out',
      resolve(target),
    ];
    execFileSync('npx', ['--no', '--', 'typedoc', '--options', 'site.json', ...own, ...pages], {
      cwd: api,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Copies a page with what it links to, and gives it its first heading as its title. @param {string} page @param {string} work */
function stage(page, work) {
  const text = readFileSync(join(project, page), 'utf8');
  const linked = text.replace(/\]\((?!https?:|#)([^)#\s]+)/g, (whole, link) => {
    const path = normalize(join(dirname(page), link));
    if (path === API_PAGE) return `](${page === 'README.md' ? '' : '../'}modules/index.html`;
    if (PAGES.includes(join(path, 'README.md'))) return `](${join(link, 'README.md')}`;
    if (!path.endsWith('.md') && existsSync(join(project, path))) copy(path, work);
    return whole;
  });
  const [, title = basename(page, '.md')] = /^# (.*)$/m.exec(text) ?? [];
  mkdirSync(join(work, dirname(page)), { recursive: true });
  const head = page === 'README.md' ? '' : `---\ntitle: ${JSON.stringify(title)}\n---\n\n`;
  writeFileSync(join(work, page), head + linked.replace(/^# .*\n/m, ''));
}

/** @param {string} path @param {string} work */
function copy(path, work) {
  mkdirSync(join(work, dirname(path)), { recursive: true });
  cpSync(join(project, path), join(work, path), { recursive: true });
}

/** Mermaid, from its package, and what has it draw the diagrams of a page. */
function diagramScript() {
  const file = createRequire(join(api, 'package.json')).resolve('@mermaid-js/tiny');
  return `${readFileSync(file, 'utf8')}
for (const code of document.querySelectorAll('code.mermaid')) {
  const diagram = Object.assign(document.createElement('pre'), { className: 'mermaid', textContent: code.textContent });
  code.closest('pre').replaceWith(diagram);
}
const isDark = getComputedStyle(document.documentElement).colorScheme.startsWith('dark');
mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' });
mermaid.run();
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = process.argv[2] ?? join(project, 'site');
  writeSite(target);
  console.log(`${relative(process.cwd(), join(target, 'index.html'))} is the first page`);
}
