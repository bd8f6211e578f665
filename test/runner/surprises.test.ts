import { expect, test } from '@jest/globals';
import { surprisesIn } from '../../src/runner/commit/surprises.js';

const entry = { mode: '100644', object: '1'.repeat(40) };
const added = (...paths: string[]) => paths.map((path) => ({ path, after: entry }));

test.each([
  [['.env'], 'look at .env: settings that may hold a secret'],
  [['api/.env.local'], 'look at api/.env.local: settings that may hold a secret'],
  [
    ['node_modules/a/index.js', 'node_modules/b/index.js'],
    'look at node_modules/a/index.js and 1 more: installed packages',
  ],
  [['web/node_modules/a.js'], 'look at web/node_modules/a.js: installed packages'],
  [['.venv/bin/python'], 'look at .venv/bin/python: a virtual environment'],
  [['tools/env/pyvenv.cfg'], 'look at tools/env/pyvenv.cfg: a virtual environment'],
  [['src/__pycache__/a.cpython-312.pyc'], 'look at src/__pycache__/a.cpython-312.pyc: compiled Python'],
  [['core.1234'], 'look at core.1234: a core dump'],
])('a commit that adds %j says so', (paths, words) => expect(surprisesIn(added(...paths))).toEqual([words]));

test('each kind has one line', () => {
  const all = added('.env', 'a/.env', 'node_modules/x', '.venv/y', 'core.1', 'src/app.ts');
  expect(surprisesIn(all)).toHaveLength(4);
});

test.each(['.env.example', 'src/environment.ts', 'src/core/index.ts', 'venv.md', 'docs/node_modules.md', 'score.12'])(
  'nothing is said of %s',
  (path) => expect(surprisesIn(added(path))).toEqual([]),
);

test('nor of a file that was there already, or is gone', () => {
  expect(
    surprisesIn([
      { path: '.env', before: entry, after: entry },
      { path: 'core.1', before: entry },
    ]),
  ).toEqual([]);
});
