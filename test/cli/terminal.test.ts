import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { TextPrinter } from '../../src/cli/logs/log-printer.js';
import { guarded, paint, type Terminal } from '../../src/cli/terminal/terminal.js';
import { ClusterError } from '../../src/cluster/errors.js';
import { InputError } from '../../src/run/problems.js';

const terminal = (color: boolean, err: string[] = []): Terminal => ({
  env: {},
  cwd: '/',
  color,
  out: () => {},
  err: (text) => void err.push(text),
});

test('nothing is imported in the bundle, which is run as a script and could not', () => {
  const bundle = readFileSync(new URL('../../lib/bundle/cli.cjs', import.meta.url), 'utf8');
  expect(bundle.match(/\bimport\(.{0,40}/g)).toBeNull();
});

describe('a command prints', () => {
  const STEERING = '\u001b[2Jcleared\u001b]0;owned\u0007\u009b1A\u202e \u001b[31mred';
  const printed = async (color: boolean) => {
    const all: string[] = [];
    const add = (text: string) => void all.push(text);
    const given: Terminal = {
      env: {},
      cwd: '/',
      color,
      out: add,
      err: add,
      ask: async (question) => `${add(question)}`,
    };
    await guarded('command', given, async ({ out, err, ask }) => {
      out(STEERING);
      err(STEERING);
      await ask?.(STEERING);
      return 0;
    });
    return all;
  };
  const CLEAN = '[2Jcleared]0;owned1A red';
  test('nothing that a terminal obeys', async () => expect(await printed(false)).toEqual([CLEAN, CLEAN, CLEAN]));
  test('colours that are reset, where colours are wanted', async () => {
    const colored = '[2Jcleared]0;owned1A \u001b[31mred\u001b[0m';
    expect(await printed(true)).toEqual([colored, colored, CLEAN]);
  });
  test('a log without its colours', () => {
    const all: string[] = [];
    const add = (text: string) => void all.push(text);
    const printer = new TextPrinter({ ...terminal(true), out: add, err: add }, { pod: 'p', flags: [] });
    printer.ended({ phase: 'ended', outcome: 'agent-failed', message: 'x\ndelivered: forged' });
    expect(all.splice(0)[0]).toMatch(/agent-failed.*: x delivered: forged$/);
    printer.line(STEERING);
    printer.note(STEERING);
    expect(all).toEqual([CLEAN, CLEAN]);
  });
});

describe('colours', () => {
  test('are used where they are wanted', () => expect(paint(terminal(true), 'red', 'x')).toBe('\u001b[31mx\u001b[39m'));
  test('are left out elsewhere', () => expect(paint(terminal(false), 'red', 'x')).toBe('x'));
});

describe('what goes wrong becomes an exit code', () => {
  const failing = async (error: Error) => {
    const err: string[] = [];
    const code = await guarded('command', terminal(false, err), () => Promise.reject(error));
    return { code, err: err.join('\n') };
  };
  test('2 for wrong input, with every problem and without a stack', async () => {
    const { code, err } = await failing(new InputError(['one', 'two']));
    expect(code).toBe(2);
    expect(err).toBe('command: one\ncommand: two\nSee command --help.');
  });
  test('3 for the cluster', async () => {
    expect(await failing(new ClusterError('no answer'))).toEqual({ code: 3, err: 'command: no answer' });
  });
  test('1 for our own fault, with its stack', async () => {
    const { code, err } = await failing(new Error('a defect'));
    expect(code).toBe(1);
    expect(err).toMatch(/a defect\n\s+at /);
  });
});
