import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Which folder of src may import which; the pod's program must not pull in cdk8s, nor a construct the environments. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  run: [],
  tasks: [],
  constructs: ['run'],
  environments: ['run'],
  charts: ['constructs', 'environments', 'run'],
  cluster: ['run'],
  agent: ['run', 'tasks'],
  cli: ['run', 'tasks', 'cluster', 'constructs', 'charts', 'environments'],
  helm: ['environments'],
  release: ['charts', 'environments', 'helm'],
  render: ['charts', 'environments', 'helm', 'release'],
  main: ['environments', 'render'],
};

/** Every import from one folder of src to another, as `from -> to`. */
function edges(): Set<string> {
  const found = new Set<string>();
  for (const path of readdirSync(join(project, 'src'), { recursive: true }) as string[]) {
    if (!path.endsWith('.ts')) continue;
    const from = path.includes('/') ? (path.split('/')[0] ?? '') : path.replace('.ts', '');
    const source = readFileSync(join(project, 'src', path), 'utf8');
    for (const [, target = ''] of source.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)) {
      const to = (join(path, '..', target).split('/')[0] ?? '').replace(/\.js$/, '');
      if (to !== from) found.add(`${from} -> ${to}`);
    }
  }
  return found;
}

describe('the imports between the folders of src', () => {
  test.each([...edges()])('%s is allowed', (edge) => {
    const [from = '', to = ''] = edge.split(' -> ');
    expect(MAY_IMPORT[from]).toContain(to);
  });
  test('are those that the picture in ARCHITECTURE.md shows', () => {
    const [, picture = ''] =
      /```mermaid\n([\s\S]*?)```/.exec(readFileSync(join(project, 'ARCHITECTURE.md'), 'utf8')) ?? [];
    const shown = [...picture.matchAll(/^\s*(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} -> ${to}`);
    expect(shown.sort()).toEqual([...edges()].sort());
  });
});

test('the program in the pod and what it shares with the commands need nothing but Node', () => {
  for (const folder of ['run', 'tasks', 'agent']) {
    for (const file of readdirSync(join(project, 'src', folder))) {
      const source = readFileSync(join(project, 'src', folder, file), 'utf8');
      for (const [, name] of source.matchAll(/from '([^.'][^']*)'/g)) expect(name).toMatch(/^node:/);
    }
  }
});
