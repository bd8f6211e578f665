import { describe, expect, test } from '@jest/globals';
import { LogPosition } from '../../src/cluster/log-position.js';

const at = (second: string, text: string) => `2026-01-01T12:00:${second}Z ${text}`;
/** Reads the log from where the position is; each line by its text, or undefined when it was read before. */
function read(position: LogPosition, ...lines: readonly string[]) {
  position.query();
  return lines.map((line) => position.take(line)?.text);
}

describe('a log that is read', () => {
  test('gives each line once, though the API server takes whole seconds', () => {
    const position = new LogPosition();
    expect(read(position, at('01.1', 'a'), at('01.2', 'b'))).toEqual(['a', 'b']);
    expect(read(position, at('01.1', 'a'), at('01.2', 'b'), at('01.3', 'c'))).toEqual([undefined, undefined, 'c']);
  });
  test('counts lines of the same time', () => {
    const position = new LogPosition();
    expect(read(position, at('01.1', 'a'), at('01.1', 'a'))).toEqual(['a', 'a']);
    expect(read(position, at('01.1', 'a'), at('01.1', 'a'), at('01.1', 'a'))).toEqual([undefined, undefined, 'a']);
  });
  test('says that lines are missing where the last one does not come again', () => {
    const position = new LogPosition();
    read(position, at('01.1', 'a'));
    position.query();
    expect(position.take(at('02.1', 'c'))).toMatchObject({ text: 'c', gap: true });
  });
  test('gives no line twice where the node’s clock was set back within a second', () => {
    const position = new LogPosition();
    read(position, at('06.9', 'a'), at('06.1', 'b'), at('06.1', 'c'));
    expect(read(position, at('06.9', 'a'), at('06.1', 'b'), at('06.1', 'c'), at('06.1', 'd'))).toEqual([
      ...[undefined, undefined, undefined],
      'd',
    ]);
    expect(read(position, at('06.9', 'a'), at('06.1', 'b'), at('06.1', 'c'), at('06.1', 'd'), at('07.0', 'e'))).toEqual(
      [...[undefined, undefined, undefined, undefined], 'e'],
    );
  });
  test('is asked for from the line that was read last, where the node’s clock was set back', () => {
    const position = new LogPosition();
    read(position, at('06.0', 'a'), at('04.5', 'b'), at('05.5', 'c'));
    expect(position.query()).toContain(`sinceTime=${encodeURIComponent('2026-01-01T12:00:05.000Z')}`);
    expect(read(position, at('06.0', 'a'), at('05.5', 'c'), at('05.7', 'd'))).toEqual([undefined, undefined, 'd']);
    read(position, at('06.0', 'a'), at('05.5', 'c'), at('05.7', 'd'), at('07.2', 'e'));
    expect(position.query()).toContain(`sinceTime=${encodeURIComponent('2026-01-01T12:00:07.000Z')}`);
  });
  test('goes on by its mark as it would have by itself, where the node’s clock was set back', () => {
    const position = new LogPosition();
    read(position, at('06.0', 'a'), at('04.5', 'b'), at('05.5', 'c'));
    const after = position.mark();
    expect(after).toMatchObject({ count: 1, late: [[expect.stringContaining('05.5'), 1]] });
    const next = new LogPosition({ ...(after && { after }) });
    expect(next.query()).toContain(`sinceTime=${encodeURIComponent('2026-01-01T12:00:05.000Z')}`);
    expect(read(next, at('06.0', 'a'), at('05.5', 'c'), at('05.7', 'd'))).toEqual([undefined, undefined, 'd']);
  });
  test('loses no line when the node’s clock is set back', () => {
    const position = new LogPosition();
    expect(read(position, at('06.0', 'a'), at('04.5', 'b'), at('05.5', 'c'))).toEqual(['a', 'b', 'c']);
    expect(read(position, at('06.0', 'a'), at('05.7', 'd'), at('06.1', 'e'))).toEqual([undefined, 'd', 'e']);
  });
});
