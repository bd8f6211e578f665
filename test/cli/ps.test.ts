import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ps } from '../../src/cli/commands/ps.js';
import { answer, type Handler } from '../cluster-client/api-server.js';
import { queryOf, runAgainst } from './against-server.js';
import { endedAs, RUNNING, runPod, WAITING } from './run-pods.js';

const PODS = [
  runPod({ task: 'T010', status: WAITING }),
  runPod({ task: 'T002', status: RUNNING }),
  runPod({ task: 'T001', attempt: 1, status: endedAs('stalled') }),
  runPod({ task: 'T001', attempt: 2, status: endedAs('delivered', { message: 'done\n\u001b[31mnow' }) }),
];
const list = (...args: string[]) => runAgainst(ps, args, (_, response) => answer(response, { items: PODS }));

describe('ps shows', () => {
  test('the newest attempt of each run, by the number of its task', async () => {
    const { code, out } = await list();
    expect(code).toBe(0);
    const cells = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(cells[0]).toEqual(['TASK', 'FEATURE', 'STATE', 'AGE', 'BRANCH', 'POD']);
    expect(cells.slice(1).map((row) => [row[0], row[1], row[2], row[4], row[5]])).toEqual([
      ['T001', '001-login', 'delivered', '001-login-t001', 'agent-t001-0000000001-2'],
      ['T002', '001-login', 'running', '001-login-t002', 'agent-t002-0000000002-1'],
      ['T010', '001-login', 'waiting', '001-login-t010', 'agent-t010-0000000010-1'],
    ]);
  });
  test('every attempt, with --all-attempts', async () => {
    const { out } = await list('--all-attempts', '-o', 'name');
    expect(out.split('\n').slice(0, 2)).toEqual(['pod/agent-t001-0000000001-1', 'pod/agent-t001-0000000001-2']);
  });
  test('more about each with -o wide, on one line whatever its message holds', async () => {
    const { out } = await list('-o', 'wide');
    expect(out).toMatch(/ATTEMPT +EGRESS +TOKENS +COST +CREATED BY +MESSAGE/);
    expect(out).toMatch(/agent-t001-0000000001-2 +2 +github +1234 +[$]0[.]5000 +jane +done now$/m);
    expect(out).toMatch(/agent-t002-0000000002-1 +1 +github +<none> +<none> +jane +<none>$/m);
  });
  test('a list of plain records with -o json, and the same with -o yaml', async () => {
    const json = JSON.parse((await list('-o', 'json')).out);
    expect(json).toMatchObject({ kind: 'RunList', items: [{}, {}, { state: 'waiting', message: 'Pending' }] });
    expect(json.items[0]).toMatchObject({
      task: 'T001',
      state: 'delivered',
      attempt: 2,
      repository: 'https://github.com/my-org/shop',
      ended: '2026-01-01T01:00:00Z',
      result: { outcome: 'delivered', tokens: 1234 },
    });
    expect(parse((await list('-o', 'yaml')).out)).toEqual(json);
  });
  test('no heads with --no-headers', async () => {
    expect((await list('--no-headers')).out).not.toContain('FEATURE');
  });
  test('that there is none on the other stream, but an empty list to programs', async () => {
    const empty: Handler = (_, response) => answer(response, { items: [] });
    expect(await runAgainst(ps, [], empty)).toEqual({ code: 0, out: '', err: 'no runs in namespace n' });
    expect(JSON.parse((await runAgainst(ps, ['-o', 'json'], empty)).out)).toEqual({ kind: 'RunList', items: [] });
  });
});

describe('ps asks', () => {
  test('for runs alone, page by page', async () => {
    const asked: (string | null)[] = [];
    const { out } = await runAgainst(ps, ['-o', 'name'], ({ url }, response) => {
      const query = queryOf(url);
      expect([query.get('limit'), query.get('labelSelector')]).toEqual([
        '500',
        'app.kubernetes.io/managed-by=agent-runner',
      ]);
      asked.push(query.get('continue'));
      if (query.get('continue') === 'more/1') return answer(response, { metadata: {}, items: PODS.slice(2) });
      answer(response, { metadata: { continue: 'more/1' }, items: PODS.slice(0, 2) });
    });
    expect(asked).toEqual([null, 'more/1']);
    expect(out.split('\n')).toHaveLength(3);
  });
  test('again from the start when the pages have expired', async () => {
    let pages = 0;
    const { out } = await runAgainst(ps, ['-o', 'name'], ({ url }, response) => {
      pages += 1;
      if (queryOf(url).get('continue')) return answer(response, { reason: 'Expired', message: 'too old' }, 410);
      answer(response, { metadata: pages === 1 ? { continue: 'x' } : {}, items: PODS.slice(0, 1) });
    });
    expect([pages, out]).toEqual([3, 'pod/agent-t010-0000000010-1']);
  });
  test.each([
    ['001-login', '001-login'],
    ['specs/001-login/', '001-login'],
  ])('for the feature %s by its label', async (feature, label) => {
    const selectors: (string | null)[] = [];
    await runAgainst(ps, ['--feature', feature], ({ url }, response) => {
      selectors.push(queryOf(url).get('labelSelector'));
      answer(response, { items: [] });
    });
    expect(selectors[0]).toMatch(new RegExp(`agentic-sdlc.io/feature in \\((.*,)?${label}\\)$`));
  });
  test('all namespaces with -A, and then says which', async () => {
    const { out } = await runAgainst(
      ps,
      ['-A'],
      ({ url }, response) => {
        expect(url?.startsWith('/api/v1/pods?')).toBe(true);
        answer(response, { items: [runPod(), runPod({ namespace: 'other' })] });
      },
      { namespace: [] },
    );
    expect(out).toMatch(/^NAMESPACE +TASK/);
    expect(out).toMatch(/^n +T001 .*\nother +T001 /m);
  });
});

describe('ps refuses', () => {
  test.each([
    [['-o', 'xml'], '--output "xml" is unknown; allowed are table, wide, json, yaml, name'],
    [['T001'], 'ps takes no arguments, but got "T001"'],
    [['--feature', ''], '--feature is empty'],
    [['--frob'], 'flag --frob is unknown'],
  ])('%s', async (args, message) => {
    const { code, err } = await list(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
  test('with the API server’s own words', async () => {
    const refuse: Handler = (_, response) => answer(response, { reason: 'Forbidden', message: 'no list' }, 403);
    const { code, err } = await runAgainst(ps, ['-A'], refuse);
    expect(code).toBe(3);
    expect(err).toContain('you may not list pods in all namespaces: no list');
  });
});

describe('ps --watch', () => {
  /** A list, then the changes of each watch in turn; the last request is refused, which ends the command. */
  const watch = async (args: readonly string[], ...watches: object[][]) => {
    const versions: (string | null)[] = [];
    const ended = await runAgainst(ps, ['--watch', ...args], ({ url }, response) => {
      const query = queryOf(url);
      if (!query.get('watch')) return answer(response, { metadata: { resourceVersion: '5' }, items: PODS.slice(1, 2) });
      versions.push(query.get('resourceVersion'));
      const changes = watches.shift();
      if (!changes) return answer(response, { reason: 'Forbidden', message: 'enough' }, 403);
      for (const change of changes) response.write(`${JSON.stringify(change)}\n`);
      response.end();
    });
    expect(ended.code).toBe(3);
    return { ...ended, versions };
  };
  const at = (version: string, given: Parameters<typeof runPod>[0], type = 'MODIFIED') => {
    const pod = runPod({ task: 'T002', ...given });
    return { type, object: { ...pod, metadata: { ...pod.metadata, resourceVersion: version } } };
  };

  test('adds a line for each change that shows, under the same columns', async () => {
    const { out } = await watch(
      [],
      [at('6', { status: RUNNING }), at('7', { status: endedAs('delivered', { task: 'T002' }) })],
    );
    const lines = out.split('\n');
    expect(lines.map((line) => line.split(/ +/)[2])).toEqual(['STATE', 'running', 'delivered']);
    expect(lines[2]?.indexOf('agent-')).toBeGreaterThanOrEqual(lines[0]?.indexOf('POD') ?? -1);
  });
  test('goes on where it was when the connection ends, bookmarks included', async () => {
    const { versions } = await watch(
      [],
      [at('6', { status: RUNNING }), { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } }],
      [],
    );
    expect(versions).toEqual(['5', '9', '9']);
  });
  test('lists again when the server no longer knows the changes, and repeats nothing', async () => {
    const gone = { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } };
    const { out, versions } = await watch(['-o', 'name'], [at('8', { status: RUNNING }), gone], []);
    expect(versions).toEqual(['5', '5', '5']);
    expect(out).toBe('pod/agent-t002-0000000002-1');
  });
  test('prints a record a line with -o json, and says what was deleted', async () => {
    const { out } = await watch(['-o', 'json'], [at('6', { status: RUNNING }, 'DELETED')]);
    expect(out.split('\n').map((line) => JSON.parse(line).message)).toEqual([undefined, 'deleted']);
  });
  test('leaves out what happens to older attempts', async () => {
    const { out } = await watch(
      ['-o', 'name'],
      [at('6', { attempt: 2, status: RUNNING }, 'ADDED'), at('7', { attempt: 1, status: endedAs('stalled') })],
    );
    expect(out.split('\n')).toEqual(['pod/agent-t002-0000000002-1', 'pod/agent-t002-0000000002-2']);
  });
});
