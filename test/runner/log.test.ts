import { describe, expect, test } from '@jest/globals';
import { Log } from '../../src/runner/process/log.js';

describe('a log that is silent', () => {
  const start = () => {
    let now = 0;
    const lines: string[] = [];
    const log = new Log(
      'text',
      (text) => lines.push(text.trimEnd()),
      () => now,
    );
    const after = (seconds: number) => {
      now += seconds * 1000;
      log.heartbeat();
      return lines.splice(0);
    };
    return { log, after };
  };
  test('says every 30 s at the most that the run is alive, and for how long there was nothing to say', () => {
    const { log, after } = start();
    log.say('clone', 'a large repository');
    expect(after(5)).toEqual(['clone    | a large repository']);
    expect(after(25)).toEqual(['clone    | silent for 30 s, still at work']);
    expect(after(10)).toEqual([]);
    expect(after(20)).toEqual(['clone    | silent for 60 s, still at work']);
    log.say('clone', 'done');
    after(0);
    expect(after(30)).toEqual(['clone    | silent for 30 s, still at work']);
  });
  test('tells what OpenCode waits for, as long as that is at work', () => {
    const { log, after } = start();
    log.waitsFor(() => 'after [bash] make; its processes are at work');
    log.say('save', 'work in progress');
    after(0);
    expect(after(30)).toEqual(['opencode | silent for 30 s, after [bash] make; its processes are at work']);
    log.waitsFor(undefined);
    log.enters('commit');
    expect(after(30)).toEqual(['commit   | silent for 30 s, still at work']);
    log.say('push', 'to the branch');
    after(0);
    expect(after(31)).toEqual(['push     | silent for 31 s, still at work']);
  });
});

const SECRET = 'a-secret-of-the-run';

describe.each(['text', 'json'] as const)('the log in %s', (format) => {
  const written = (use: (log: Log) => void, values = () => [SECRET]) => {
    let text = '';
    const log = new Log(format, (more) => {
      text += more;
    });
    log.hide(values);
    use(log);
    return text;
  };

  test.each<[string, (log: Log) => void]>([
    ['a step says', (log) => log.say('step', `it is ${SECRET}`)],
    ['OpenCode says', (log) => log.event({ text: SECRET }, [`it is ${SECRET}`])],
    ['is the result', (log) => log.line(JSON.stringify({ message: `it is ${SECRET}` }))],
  ])('has no secret in what %s', (_, use) => {
    expect(written(use)).toContain('***');
    expect(written(use)).not.toContain(SECRET);
  });
  test('has none that has become one meanwhile, and none that was one', () => {
    const values = [SECRET];
    const text = written(
      (log) => {
        values.splice(0, 1, 'a-renewed-secret');
        log.say('step', `${SECRET} a-renewed-secret`);
      },
      () => values,
    );
    expect(text).toContain('*** ***');
  });
  test('has nothing that a terminal obeys, nor a secret that it parted', () => {
    const steering = '\u001b[2J\u001b]0;owned\u0007\u009b1A\r\u202e\u2028';
    const use = (log: Log) => {
      log.say('step', `${steering}said`);
      log.event({ text: `${steering}raw` }, [`${steering}told \u001b[32mdelivered`]);
      log.line(`${steering}line`);
      log.say('step', `${SECRET.slice(0, 9)}\u001b[0m${SECRET.slice(9)} ${SECRET.slice(0, 5)}\u202e${SECRET.slice(5)}`);
    };
    expect(written(use)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(written(use)).not.toContain(SECRET);
    expect(written(use)).toMatch(/said.*(told delivered|raw).*line/s);
  });
  test('has no line for an event that says nothing to a person, but all that happened for a program', () => {
    const text = written((log) => log.event({ type: 'step_start' }, []));
    if (format === 'text') expect(text).toBe('');
    else expect(text).toContain('step_start');
  });
  test('cuts no line within a secret, which would show its beginning', () => {
    const text = written((log) => log.event({}, [`${'x'.repeat(290)}${SECRET}`]));
    expect(text).not.toContain(SECRET.slice(0, 8));
  });
});
