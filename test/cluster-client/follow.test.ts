import { afterEach, describe, expect, test } from '@jest/globals';
import { followRun } from '../../src/cluster/follow.js';
import { Runs } from '../../src/cluster/runs.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { answer, type Handler, startApiServer } from './api-server.js';

const RESULT = {
  outcome: 'delivered',
  task: 'T001',
  branch: 'x-t001',
  commit: 'a'.repeat(40),
  filesChanged: 1,
  durationSeconds: 1,
  tokens: 1,
  cost: 0,
  message: 'done',
};
const pod = (status: object) => ({
  metadata: {
    name: 'p',
    namespace: 'n',
    uid: '1',
    annotations: { [ANNOTATIONS.task]: 'T001', [ANNOTATIONS.branch]: 'x-t001' },
  },
  status,
});
const running = pod({ phase: 'Running', containerStatuses: [{ name: 'runner', state: { running: {} } }] });
const ended = (message: object, exitCode = 0) =>
  pod({
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'runner', state: { terminated: { exitCode, message: JSON.stringify(message) } } }],
  });
const refusal = (status: number) => ({ kind: 'Status', reason: 'Broken', message: `refused ${status}`, code: status });

let server: Awaited<ReturnType<typeof startApiServer>>;
afterEach(() => server.close());

async function follow(handler: Handler) {
  server = await startApiServer(handler);
  const lines: string[] = [];
  const resumed: string[] = [];
  const lost: string[] = [];
  const state = await followRun(server.api, new Runs(server.api, 'n'), 'p', {
    line: (text) => void lines.push(text),
    waiting: () => {},
    resumed: (reason) => void resumed.push(reason),
    lost: (reason) => void lost.push(reason),
  });
  return { state, lines, resumed, lost };
}
const isLog = (url = '') => url.includes('/log?');

describe('following a run', () => {
  test('reads each line once when the log is cut in the middle of a second, in any time zone', async () => {
    const line = (second: string, text: string) => `2026-01-01T13:00:${second}+02:00 ${text}\n`;
    const since: (string | null)[] = [];
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      since.push(new URL(request.url ?? '', 'http://x').searchParams.get('sinceTime'));
      response.write(line('01.100000000', 'one') + line('01.200000000', 'two') + line('01.200000000', 'two again'));
      if (logs === 1) return setTimeout(() => response.destroy(), 50);
      response.end(line('01.200000000', 'three') + line('02.000000000', 'four'));
    });
    expect(lines).toEqual(['one', 'two', 'two again', 'three', 'four']);
    expect(since.slice(0, 2)).toEqual([null, '2026-01-01T11:00:01.000Z']);
  });
  test('looks at a pod that waits again when it changes, and not before', async () => {
    const asked: string[] = [];
    let changed = false;
    const { state } = await follow(({ url = '' }, response) => {
      asked.push(url.replace(/.*\/pods/, ''));
      const query = new URL(url, 'http://x').searchParams;
      if (query.get('watch')) {
        changed = true;
        expect(query.get('fieldSelector')).toBe('metadata.name=p');
        return response.write('{"type":"MODIFIED"}\n');
      }
      if (isLog(url)) return response.end();
      answer(response, changed ? ended(RESULT) : pod({ phase: 'Pending' }));
    });
    expect(state.outcome).toBe('delivered');
    expect(asked.map((url) => url.replace(/\?.*/, ''))).toEqual(['/p', '', '/p', '/p/log']);
  });
  test('looks at a pod that waits again after a pause where it may not be watched', async () => {
    let looks = 0;
    const { state } = await follow(({ url = '' }, response) => {
      if (url.includes('watch=true')) return answer(response, refusal(403), 403);
      if (isLog(url)) return response.end();
      looks += 1;
      answer(response, looks > 2 ? ended(RESULT) : pod({ phase: 'Pending' }));
    });
    expect(state.outcome).toBe('delivered');
  });
  test('goes on when the API server fails for a moment', async () => {
    const { state, resumed } = await follow((request, response, count) => {
      if (count <= 2) return answer(response, refusal(503), 503);
      if (isLog(request.url)) return response.end();
      answer(response, ended(RESULT));
    });
    expect(state.outcome).toBe('delivered');
    expect(resumed).toHaveLength(2);
  });
  test('ends at once when it may not look', async () => {
    await expect(follow((_, response) => answer(response, refusal(403), 403))).rejects.toThrow(
      'you may not read pod p',
    );
  });
  test('says when the pod is gone', async () => {
    await expect(follow((_, response) => answer(response, refusal(404), 404))).rejects.toThrow('pod p was deleted');
  });
  test('tells how a pod ended that never had a log', async () => {
    const { state } = await follow((request, response) => {
      if (isLog(request.url)) return answer(response, refusal(400), 400);
      answer(response, pod({ phase: 'Failed', reason: 'DeadlineExceeded' }));
    });
    expect(state.outcome).toBe('timed-out');
  });
  test('takes no half line for a whole one when the log ends in its middle, as it does when a kubelet goes', async () => {
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      const line = (time: string, text: string) => `2026-01-01T13:00:${time}Z ${text}`;
      if (logs === 1) return response.end(`${line('01.1', 'one')}\n${line('01.2', 'tw')}`);
      response.end(`${line('01.1', 'one')}\n${line('01.2', 'two')}\n${line('01.3', 'without its end')}`);
    });
    expect(lines).toEqual(['one', 'two', 'without its end']);
  });
  test('does not take the end of a long line for a new one', async () => {
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      const line = (time: string, text: string) => `2026-01-01T13:00:${time}Z ${text}\n`;
      if (logs > 1) return response.end(`yyy\n${line('02.1', 'two')}${line('03.1', 'three')}`);
      response.write(line('01.99', 'yyyyyy') + line('02.1', 'two'));
      setTimeout(() => response.destroy(), 50);
    });
    expect(lines).toEqual(['yyyyyy', 'two', 'three']);
  });
  test('knows the order of times within a millisecond, of which Go leaves zeros away', async () => {
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      const read = ['1234Z a', '12340001Z b', '12345Z c', '1234501Z d'];
      response.write(read.map((text) => `2026-01-01T13:00:01.${text}\n`).join(''));
      if (logs > 1) return response.end();
      setTimeout(() => response.destroy(), 50);
    });
    expect(lines).toEqual(['a', 'b', 'c', 'd']);
  });
  test('goes on however often the log is cut, as long as it is answered in between', async () => {
    const CUTS = 22;
    let logs = 0;
    const { lines, resumed } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < CUTS ? running : ended(RESULT));
      logs += 1;
      response.write(`2026-01-01T13:00:${String(logs).padStart(2, '0')}.1Z ${logs}\n`);
      if (logs <= CUTS) return setTimeout(() => response.destroy(), 50);
      response.end();
    });
    expect([lines.length, resumed.length]).toEqual([CUTS + 1, CUTS]);
  }, 90_000);
  test('takes what was cut in the middle of a line for no line', async () => {
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      response.write(`2026-01-01T13:00:01.1Z one\r of\u2028 one line\n2026-01-01T13:00:02.1Z tw`);
      if (logs === 1) return setTimeout(() => response.destroy(), 50);
      response.end('o\n2026-01-01T13:00:02.2Z the end');
    });
    expect(lines).toEqual(['one\r of\u2028 one line', 'two', 'the end']);
  });
  test('asks again for the log of a pod that its node does not know yet, as after a restart', async () => {
    let logs = 0;
    const { lines, state } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, ended(RESULT));
      logs += 1;
      if (logs === 1) return answer(response, refusal(404), 404);
      response.end('2026-01-01T13:00:01.1Z one\n');
    });
    expect([lines, state.outcome]).toEqual([['one'], 'delivered']);
  });
  test.each([
    ['another exit code', ended(RESULT, 1)],
    ['another task', ended({ ...RESULT, task: 'T002' })],
    ['another branch', ended({ ...RESULT, branch: 'main' })],
    ['no commit', ended({ ...RESULT, commit: undefined })],
  ])('believes no delivered with %s', async (_, forged) => {
    const { state } = await follow((request, response) => {
      if (isLog(request.url)) return response.end();
      answer(response, forged);
    });
    expect(state.outcome).not.toBe('delivered');
  });
});

test('an answer that breaks off is an error of the cluster’s, not a crash', async () => {
  server = await startApiServer((_, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('{"half":');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(server.api.json('GET', '/api')).rejects.toMatchObject({ name: 'ClusterError' });
});

describe('a log that its node has rotated', () => {
  const line = (second: number, text: string) => `2026-01-01T13:00:0${second}.1Z ${text}\n`;
  const cutOnce = (first: string, second: string, result: object) => {
    let logs = 0;
    return follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(result));
      logs += 1;
      if (logs > 1) return response.end(second);
      response.write(first);
      setTimeout(() => response.destroy(), 50);
    });
  };
  test('while the connection was cut is told at its place', async () => {
    const { lines, lost } = await cutOnce(line(1, 'one') + line(2, 'two'), line(5, 'five'), RESULT);
    expect(lines).toEqual(['one', 'two', 'five']);
    expect(lost).toEqual(['lines are missing here: the node had rotated the log while the connection was cut']);
  });
  test('is counted at its end, by what the program says that it wrote', async () => {
    const { lost } = await cutOnce(line(1, 'one') + line(2, 'two'), line(5, 'five'), { ...RESULT, logLines: 5 });
    expect(lost[1]).toBe('2 of 5 lines of the log are missing: its node had rotated them away');
  });
  test('is counted also when it was before anybody looked', async () => {
    const { lost } = await cutOnce('', line(4, 'four') + line(5, 'five'), { ...RESULT, logLines: 5 });
    expect(lost).toEqual(['3 of 5 lines of the log are missing: its node had rotated them away']);
  });
  test('is not told of when nothing is missing', async () => {
    const all = line(1, 'one') + line(2, 'two');
    const { lines, lost } = await cutOnce(all, line(2, 'two') + line(3, 'three'), { ...RESULT, logLines: 3 });
    expect([lines, lost]).toEqual([['one', 'two', 'three'], []]);
  });
});

describe('a log', () => {
  test('shows what the kubelet says about a log that it cannot read, and goes on', async () => {
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      response.end(
        logs === 1
          ? '2026-01-01T13:00:01.1Z one\nunable to retrieve container logs for containerd://1\n'
          : '2026-01-01T13:00:01.1Z one\n2026-01-01T13:00:02.1Z two\n',
      );
    });
    expect(lines).toEqual(['one', 'unable to retrieve container logs for containerd://1', 'two']);
  });

  describe('takes from the log how a run ended that', () => {
    const interrupted = { ...RESULT, outcome: 'interrupted', commit: undefined, message: 'saved' };
    const logOf = (result: object) => `2026-01-01T13:00:01.1Z ${JSON.stringify(result)}\n`;
    const evicted = pod({ phase: 'Failed', reason: 'Evicted' });
    const afterLog = (result: object, then: (response: Parameters<Handler>[1]) => void) => {
      let logs = 0;
      return follow((request, response) => {
        if (isLog(request.url)) {
          logs += 1;
          return response.end(logOf(result));
        }
        if (logs === 0) return answer(response, running);
        then(response);
      });
    };

    test('was evicted', async () => {
      const { state } = await afterLog(interrupted, (response) => answer(response, evicted));
      expect(state).toMatchObject({ outcome: 'interrupted', message: expect.stringContaining('saved (by its log: ') });
    });
    test('was deleted', async () => {
      const { state } = await afterLog(interrupted, (response) => answer(response, refusal(404), 404));
      expect(state).toMatchObject({ outcome: 'interrupted', message: expect.stringContaining('was deleted') });
    });
    test('has given its name to another one', async () => {
      const other = { ...running, metadata: { ...running.metadata, uid: '2' } };
      const { state } = await afterLog(interrupted, (response) => answer(response, other));
      expect(state).toMatchObject({ outcome: 'interrupted', message: expect.stringContaining('was deleted') });
    });
    test('was evicted, and never that it delivered', async () => {
      const { state } = await afterLog(RESULT, (response) => answer(response, evicted));
      expect(state.outcome).toBe('interrupted');
    });
    test('was deleted, and never that it delivered', async () => {
      await expect(afterLog(RESULT, (response) => answer(response, refusal(404), 404))).rejects.toThrow(
        'its log reports a delivery: check its branch',
      );
    });
  });
});
