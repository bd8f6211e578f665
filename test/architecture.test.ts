import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Which folder of src may import which; the pod's program must not pull in cdk8s, nor a construct the environments. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  run: [],
  tasks: [],
  version: [],
  constructs: ['run'],
  schema: ['run'],
  charts: ['constructs', 'schema', 'run'],
  cluster: ['run'],
  runner: ['run', 'tasks'],
  cli: ['run', 'tasks', 'cluster', 'charts', 'version'],
  helm: ['schema'],
  release: ['charts', 'schema', 'helm', 'run'],
  render: ['charts', 'schema', 'helm', 'release', 'run', 'version'],
  synth: ['schema', 'render', 'run'],
  index: ['constructs', 'charts', 'schema', 'render', 'synth', 'run'],
  environments: ['index'],
  main: ['environments', 'synth'],
};

/** The rooms of a folder. One may import those before it; what lies in the folder itself may import all. */
const ROOMS: Record<string, readonly string[]> = {
  cli: ['terminal', 'line', 'git', 'checkout', 'dry-run', 'runs', 'logs', 'commands'],
  cluster: ['connect'],
  runner: ['secrets', 'process', 'git', 'doors', 'opencode', 'paths', 'start', 'work', 'commit', 'save'],
};

/** Every import of a file below src, as paths below src. */
function imports(): { from: string; to: string }[] {
  const paths = (readdirSync(join(project, 'src'), { recursive: true }) as string[]).filter((path) =>
    path.endsWith('.ts'),
  );
  return paths.flatMap((from) => {
    const source = readFileSync(join(project, 'src', from), 'utf8');
    const found = [...source.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)];
    return found.map(([, target = '']) => ({ from, to: join(from, '..', target) }));
  });
}

/** Every import from one folder of src to another, as `from -> to`. */
function edges(): Set<string> {
  const folder = (path: string) => (path.split('/')[0] ?? '').replace(/\.(ts|js)$/, '');
  const all = imports().map(({ from, to }) => [folder(from), folder(to)]);
  return new Set(all.filter(([from, to]) => from !== to).map((edge) => edge.join(' -> ')));
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

describe.each(Object.entries(ROOMS))('the rooms of src/%s', (folder, rooms) => {
  test('are those that ARCHITECTURE.md says, and each says what it is', () => {
    const there = readdirSync(join(project, 'src', folder), { withFileTypes: true });
    expect(there.flatMap((one) => (one.isDirectory() ? [one.name] : [])).sort()).toEqual([...rooms].sort());
    const text = readFileSync(join(project, 'ARCHITECTURE.md'), 'utf8');
    const told = [...text.matchAll(new RegExp(`^\\| \`${folder}/([\\w-]+)\` \\| \\S`, 'gm'))].map(([, room]) => room);
    expect(told).toEqual(rooms);
  });
  test('import only rooms that are named before them', () => {
    const room = (path: string) =>
      path.startsWith(`${folder}/`) && path.split('/').length > 2 ? path.split('/')[1] : '';
    const wrong = imports().filter(({ from, to }) => {
      const [of, target] = [room(from) ?? '', room(to) ?? ''];
      return of !== '' && target !== '' && rooms.indexOf(target) > rooms.indexOf(of);
    });
    expect(wrong).toEqual([]);
  });
});

test('only the app imports particular environments', () => {
  const importers = imports().filter(
    ({ from, to }) => to.startsWith('environments/') && !from.startsWith('environments/'),
  );
  expect(importers.map(({ from }) => from)).toEqual(['main.ts']);
});

test('no line of src is longer than 120 characters', () => {
  const long = (readdirSync(join(project, 'src'), { recursive: true }) as string[]).flatMap((path) =>
    path.endsWith('.ts')
      ? readFileSync(join(project, 'src', path), 'utf8')
          .split('\n')
          .flatMap((line, index) => (line.length > 120 && !line.startsWith('import ') ? [`${path}:${index + 1}`] : []))
      : [],
  );
  expect(long).toEqual([]);
});

test('the program in the pod and what it shares with the commands need nothing but Node, and OpenCode’s own client', () => {
  for (const folder of ['run', 'tasks', 'runner']) {
    for (const file of readdirSync(join(project, 'src', folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const source = readFileSync(join(project, 'src', folder, file), 'utf8');
      const client = file.startsWith('opencode/') ? /^(node:|@opencode-ai\/sdk\/v2\/client$)/ : /^node:/;
      for (const [, name] of source.matchAll(/^(?:(?:im|ex)port\b.*|\} )from '([^.'][^']*)';$/gm))
        expect(name).toMatch(client);
    }
  }
});
