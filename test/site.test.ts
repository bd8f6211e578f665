import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeSite } from '../tools/site.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-site-'));
/** By path, the text of each page. */
const pages = new Map<string, string>();
beforeAll(() => {
  writeSite(folder);
  for (const path of readdirSync(folder, { recursive: true }) as string[]) {
    if (path.endsWith('.html')) pages.set(path, readFileSync(join(folder, path), 'utf8'));
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const decoded = (text: string) => decodeURIComponent(text.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));
const valuesOf = (html: string, attribute: string) =>
  [...html.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => decoded(value));

describe('the site', () => {
  test('has a page of each part of the docs, and of the public API', () => {
    const paths = [...pages.keys()];
    expect(paths).toEqual(
      expect.arrayContaining(['index.html', 'documents/Install.html', 'classes/index.AgentPod.html']),
    );
    expect(paths.length).toBeGreaterThan(80);
  });
  test('has no link that leads nowhere', () => {
    const anchors = new Map([...pages].map(([path, html]) => [path, new Set(valuesOf(html, 'id'))]));
    const wrong = [...pages].flatMap(([path, html]) =>
      valuesOf(html, 'href').flatMap((link) => {
        if (/^(https?|mailto):/.test(link)) return [];
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        const isThere = pages.has(target)
          ? !anchor || anchors.get(target)?.has(anchor)
          : existsSync(join(folder, target));
        return isThere ? [] : [`${path}: ${link}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
  test('loads nothing from elsewhere, so that it is read offline', () => {
    const loaded = [...pages.values()].flatMap((html) => [
      ...valuesOf(html, 'src'),
      ...[...html.matchAll(/<link [^>]*>/g)].flatMap(([tag]) => valuesOf(tag, 'href')),
    ]);
    expect(loaded.length).toBeGreaterThan(100);
    expect(loaded.filter((url) => /^(https?:)?\/\//.test(url))).toEqual([]);
  });
  test('finds words of the docs and of the API by its search', () => {
    const script = readFileSync(join(folder, 'assets/search.js'), 'utf8');
    const [, packed = ''] = /window\.searchData = "([^"]+)"/.exec(script) ?? [];
    const index = inflateSync(Buffer.from(packed, 'base64')).toString();
    const missing = ['agentnetworkpolicy', 'checkpoint', 'protected'].filter(
      (word) => !index.toLowerCase().includes(`["${word}"`),
    );
    expect(missing).toEqual([]);
  });
  test('replaces only an earlier site', () => {
    expect(() => writeSite(join(folder, 'documents'))).toThrow(/documents is not empty and is no site: give another/);
  });
  test('draws the diagrams of the docs', () => {
    const diagrams = [...pages.values()].filter((html) => html.includes('<code class="mermaid">'));
    expect(diagrams.length).toBeGreaterThan(0);
    expect(readFileSync(join(folder, 'assets/custom.js'), 'utf8')).toContain('mermaid.initialize(');
    expect(diagrams.every((html) => html.includes('assets/custom.js'))).toBe(true);
  });
});
