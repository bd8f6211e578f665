import { describe, expect, test } from '@jest/globals';
import { leaving } from '../../../src/cli/commands/implement/leaving.js';

/** What Ctrl-C does to a command that follows these pods. */
function start({ pods = ['pod-1', 'pod-2'], answer }: { pods?: readonly string[]; answer?: string }) {
  const said: string[] = [];
  const cancelled: string[] = [];
  let closed = 0;
  let end: (code: number) => void = () => {};
  const exit = new Promise<number>((done) => {
    end = done;
  });
  const press = leaving({
    terminal: {
      ...{ env: {}, cwd: '/', color: false },
      out: () => {},
      err: (text) => void said.push(text),
      ...(answer !== undefined && {
        ask: async (question: string) => {
          said.push(question);
          return answer;
        },
      }),
    },
    again: 'agent-runner implement',
    alive: () => pods,
    close: () => {
      closed += 1;
    },
    cancel: async (pod) => {
      if (pod === 'pod-2') throw new Error('you may not');
      cancelled.push(pod);
    },
    exit: end,
  });
  return { press, said, cancelled, exit, closed: () => closed };
}

describe('Ctrl-C', () => {
  test('leaves, gives the terminal back and says how to come back; the runs go on', async () => {
    const { press, said, cancelled, exit, closed } = start({});
    press();
    expect(await exit).toBe(130);
    expect(said).toEqual(['detached; 2 runs go on. To see them again: agent-runner implement']);
    expect([cancelled, closed()]).toEqual([[], 1]);
  });
  test('leaves by itself when no second one comes', async () => {
    const { press, said, cancelled, exit } = start({ answer: 'y' });
    press();
    expect(await exit).toBe(130);
    expect(said.at(-1)).toBe('Ctrl-C again asks whether to cancel them.');
    expect(cancelled).toEqual([]);
  });
  test('twice asks, and cancels when that is wanted, also when one cannot be', async () => {
    const { press, said, cancelled, exit } = start({ answer: 'y' });
    press();
    press();
    expect(await exit).toBe(130);
    expect(said).toContain('cancel pod-1, pod-2? Their work is saved. [y/N] ');
    expect(cancelled).toEqual(['pod-1']);
    expect(said.slice(-2)).toEqual(['pod-1 is cancelled', 'pod-2: Error: you may not']);
  });
  test.each(['', 'n', 'what'])('twice cancels nothing for the answer "%s"', async (answer) => {
    const { press, cancelled, exit } = start({ answer });
    press();
    press();
    expect(await exit).toBe(130);
    expect(cancelled).toEqual([]);
  });
  test('cancels only what is alive still when the answer comes', async () => {
    const pods = ['pod-1', 'pod-3'];
    const { press, cancelled, exit } = start({ pods, answer: 'y' });
    press();
    press();
    pods.pop();
    expect(await exit).toBe(130);
    expect(cancelled).toEqual(['pod-1']);
  });
  test('asks nothing where nothing is alive', async () => {
    const { press, said, exit } = start({ pods: [], answer: 'y' });
    press();
    expect(await exit).toBe(130);
    expect(said).toHaveLength(1);
  });
});
