import { describe, expect, test } from '@jest/globals';
import { firstNames, formatResult, parseResult, RESULT_BYTES, type Result } from '../../src/run/result.js';

const result: Required<Result> = {
  outcome: 'delivered',
  task: 'T001',
  branch: 'specs/001-login/T001-async',
  baseCommit: 'a'.repeat(40),
  salvage: { pushed: false, reason: 'nothing had been changed' },
  others: [{ what: 'a stash', branch: 'specs/001-login/T001-async-1-stash-1', inLog: true }, { what: 'branch try' }],
  protectedPaths: ['.envrc', '.github/workflows/ci.yml'],
  commit: 'b'.repeat(40),
  session: 'ses_0123456789',
  filesChanged: 3,
  logLines: 40,
  durationSeconds: 61,
  tokens: 12_345,
  cost: 0.12,
  models: [
    { model: 'large', requests: 4, failed: 1, input: 12_000, output: 345, cacheRead: 0, cacheWrite: 0, cost: 0.12 },
  ],
  message: 'Created "src/login.ts"\nand its test',
};

describe('formatResult', () => {
  test('is one line that parseResult reads back', () => {
    expect(formatResult(result)).not.toContain('\n');
    expect(parseResult(formatResult(result))).toEqual(result);
  });

  test.each([
    ['of one byte', 'x'],
    ['of two bytes', 'é'],
    ['of three bytes', '日'],
    ['of four bytes', '😀'],
    ['that JSON writes as two', '"'],
    ['that JSON writes as six', '\x01'],
  ])('cuts a message of 10000 characters %s to fit, and keeps all else', (_, character) => {
    const line = formatResult({ ...result, message: character.repeat(10_000) });
    const { message, ...rest } = JSON.parse(line) as Result;
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(RESULT_BYTES);
    expect(message.slice(0, -1)).toBe(character.repeat((message.length - 1) / character.length));
    expect(message).toMatch(/…$/);
    expect({ ...rest, message: result.message }).toEqual(result);
  });

  test('keeps most of what fits', () => {
    const message = `It began so: ${'x'.repeat(10_000)}`;
    expect(Buffer.byteLength(formatResult({ ...result, message }))).toBeGreaterThan(3500);
    expect(parseResult(formatResult({ ...result, message }))?.message).toMatch(/^It began so: x+…$/);
  });

  test('keeps to the 4096 bytes that Kubernetes keeps', () => {
    expect(RESULT_BYTES).toBe(4096);
  });

  test('cuts nothing of a result that just fits', () => {
    const room = RESULT_BYTES - Buffer.byteLength(formatResult({ ...result, message: '' }));
    const fitting = { ...result, message: 'x'.repeat(room) };
    expect(Buffer.byteLength(formatResult(fitting))).toBe(RESULT_BYTES);
    expect(parseResult(formatResult(fitting))).toEqual(fitting);
    expect(parseResult(formatResult({ ...fitting, message: `${fitting.message}x` }))?.message).toMatch(/…$/);
  });

  test('fits with the longest task and branch that are allowed', () => {
    const longest = { ...result, task: '日'.repeat(1000), branch: '"'.repeat(200), message: '日'.repeat(5000) };
    expect(Buffer.byteLength(formatResult(longest))).toBeLessThanOrEqual(RESULT_BYTES);
    expect(parseResult(formatResult(longest))?.task).toBe(longest.task);
  });
});

describe('parseResult', () => {
  test.each([
    ['nothing', undefined],
    ['no text', ''],
    ['text', 'delivered'],
    ['a log line behind it', `${JSON.stringify(result)}\nmore`],
    ['a result that was cut off', JSON.stringify(result).slice(0, -1)],
    ['null', 'null'],
    ['a number', '0'],
    ['a list', JSON.stringify([result])],
    ['other JSON', '{"type":"text","text":"delivered"}'],
    ['an outcome that there is not', JSON.stringify({ ...result, outcome: 'done' })],
    ['the name of a property of every object', JSON.stringify({ ...result, outcome: 'constructor' })],
    ['no task', JSON.stringify({ ...result, task: undefined })],
    ['a branch that is no text', JSON.stringify({ ...result, branch: 1 })],
  ])('finds no result in %s', (_, text) => {
    expect(parseResult(text)).toBeUndefined();
  });

  test('finds a result that has only what every result has', () => {
    const { baseCommit, commit, session, protectedPaths, ...rest } = result;
    const least = { ...rest, outcome: 'no-changes' };
    expect(parseResult(JSON.stringify(least))).toEqual(least);
    expect(parseResult(JSON.stringify({ ...least, commit: 'b'.repeat(64) }))?.commit).toHaveLength(64);
  });

  // The agent's shell may write to the file of the termination message, and what it wrote is printed.
  test.each([
    ['a message that is no text', { message: { length: 1 } }],
    ['no message', { message: undefined }],
    ['a session that is no text', { session: ['ses_1'] }],
    ['protected paths that are no list', { protectedPaths: '.envrc' }],
    ['protected paths that are no texts', { protectedPaths: [1] }],
    ['no commit that was delivered', { commit: undefined }],
    ['a commit that is none', { commit: '--upload-pack=id' }],
    ['a commit that is too short', { commit: 'b'.repeat(39) }],
    ['a commit with more behind it', { commit: `${'b'.repeat(40)}\n` }],
    ['a commit that is no text', { commit: 1 }],
    ['a base commit that is none', { baseCommit: 'main' }],
    ['a cost that is text', { cost: 'nothing' }],
    ...['filesChanged', 'durationSeconds', 'tokens', 'cost'].map(
      (name) => [`no ${name}`, { [name]: undefined }] as const,
    ),
  ])('finds no result in one with %s', (_, forged) => {
    expect(parseResult(JSON.stringify({ ...result, ...forged }))).toBeUndefined();
  });
});

describe('what became of the work', () => {
  const { commit, ...rest } = result;
  const failed = { ...rest, outcome: 'timed-out' };
  const saved = { pushed: true, branch: 'main-t001', commit: 'c'.repeat(40) };
  const read = (salvage: unknown) => parseResult(JSON.stringify({ ...failed, salvage }))?.salvage;

  test.each([
    ['on a branch', saved],
    ['on a branch, without some files', { ...saved, leftOut: ['big.bin is larger than 100 MiB'] }],
    ['in the log', { ...saved, pushed: false, reason: 'the remote is away' }],
    ['lost, for a reason', { pushed: false, reason: 'nothing had been changed' }],
    ['lost, with what was left out', { pushed: false, reason: 'nothing else had been changed', leftOut: ['x'] }],
  ])('is read back: %s', (_, salvage) => expect(read(salvage)).toEqual(salvage));

  test.each([
    ['no word whether it was pushed', { ...saved, pushed: undefined }],
    ['text in place of it', 'saved'],
    ['null', null],
    ['a pushed one without a branch', { ...saved, branch: undefined }],
    ['a pushed one without a commit', { ...saved, commit: undefined }],
    ['a commit that is none', { ...saved, commit: '--upload-pack=id' }],
    ['a commit in the log without a branch', { pushed: false, commit: 'c'.repeat(40), reason: 'x' }],
    ['a branch without a commit', { pushed: false, branch: 'main', reason: 'x' }],
    ['nothing pushed and no reason', { pushed: false }],
    ['files that are no list', { ...saved, leftOut: 'big.bin' }],
    ['files that are no texts', { ...saved, leftOut: [1] }],
  ])('makes a result none with %s', (_, salvage) => {
    expect(parseResult(JSON.stringify({ ...failed, salvage }))).toBeUndefined();
  });

  test('is kept whole beside a message that is cut', () => {
    const leftOut = Array.from({ length: 5 }, () => 'x'.repeat(200));
    const salvage = { ...saved, pushed: true as const, leftOut };
    const long: Result = { ...rest, outcome: 'timed-out', salvage, message: 'y'.repeat(5000) };
    expect(Buffer.byteLength(formatResult(long))).toBeLessThanOrEqual(RESULT_BYTES);
    expect(parseResult(formatResult(long))?.salvage).toEqual(salvage);
  });

  test('fits with names of files that take as many bytes as they can', () => {
    const leftOut = Array.from({ length: 5 }, () => '\u0001'.repeat(200));
    const long: Result = {
      ...rest,
      outcome: 'timed-out',
      salvage: { pushed: false, reason: '日'.repeat(2000), leftOut },
      protectedPaths: [...leftOut, 'and 7 more'],
    };
    expect(Buffer.byteLength(formatResult(long))).toBeLessThanOrEqual(RESULT_BYTES);
    expect(parseResult(formatResult(long))?.outcome).toBe('timed-out');
  });
});

describe('the names of files in a result', () => {
  test('are five at most, and how many more there are', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    expect(firstNames(names)).toEqual(names);
    expect(firstNames([...names, 'f', 'g'])).toEqual([...names, 'and 2 more']);
  });
  test('have 200 characters at most', () => {
    expect(firstNames(['x'.repeat(200)])).toEqual(['x'.repeat(200)]);
    expect(firstNames(['😀'.repeat(201)])).toEqual([`${'😀'.repeat(199)}…`]);
  });
  test('are shortened where the result does not fit, also of one that was delivered', () => {
    const { salvage, ...delivered } = result;
    const long = { ...delivered, protectedPaths: Array.from({ length: 5 }, () => '\u0001'.repeat(200)) };
    expect(Buffer.byteLength(formatResult(long))).toBeLessThanOrEqual(RESULT_BYTES);
    expect(parseResult(formatResult(long))?.protectedPaths).toHaveLength(5);
  });
});
