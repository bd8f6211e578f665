import { describe, expect, test } from '@jest/globals';
import { integrated, runWaves, type TaskEnd } from '../../../src/cli/commands/implement/waves.js';
import { MergeConflict } from '../../../src/cli/git/integration.js';
import type { OutcomeName } from '../../../src/run/outcomes.js';
import { planTasks } from '../../../src/tasks/plan.js';
import { readTaskList } from '../../../src/tasks/task-list.js';

interface Given {
  readonly ends?: Readonly<Record<string, OutcomeName>>;
  readonly parallel?: number;
  readonly skipSync?: boolean;
  readonly delivered?: readonly string[];
  /** The integration with this number, from 1, finds a conflict. */
  readonly conflict?: number;
}

/** Runs the waves of a list, and writes down what happens in which order. */
async function run(list: string, { ends = {}, parallel = 8, skipSync = false, delivered = [], conflict }: Given = {}) {
  const plan = planTasks(readTaskList(list));
  const happened: string[] = [];
  const results = new Map<string, TaskEnd>();
  let merges = 0;
  let alive = 0;
  let most = 0;
  const halt = await runWaves(
    {
      plan,
      parallel,
      skipSync,
      delivered: new Set(delivered),
      begins: () => {},
      integrate: async () => {
        merges += 1;
        if (merges === conflict) throw new MergeConflict('b-agents', 'b-t001', ['a.txt']);
        return { commit: `merge ${merges}`, feature: 'f', merged: [], left: [], onTop: [] };
      },
      run: async ({ id }, base) => {
        happened.push(`${id} from ${base}`);
        alive += 1;
        most = Math.max(most, alive);
        await new Promise((resolve) => setImmediate(resolve));
        alive -= 1;
        return { outcome: ends[id] ?? 'delivered' };
      },
    },
    results,
  );
  return { halt, happened, most, merges, results };
}

const PHASES = `## Phase 1: A
- [ ] T001 [ASYNC] Do a.txt
## Phase 2: B
- [ ] T002 [P] [ASYNC] Do b.txt
- [ ] T003 [P] [ASYNC] Do c.txt
- [ ] T004 [ASYNC] Do d.txt (depends on T002)
- [ ] T005 [ASYNC] Do e.txt
## Phase 3: C
- [ ] T006 [ASYNC] Do f.txt
`;

describe('the waves of a plan', () => {
  test('each start from what the ones before have delivered, which is put together once more at the end', async () => {
    const { halt, happened, merges } = await run(PHASES);
    expect(happened).toEqual([
      'T001 from merge 1',
      'T002 from merge 2',
      'T003 from merge 2',
      'T004 from merge 3',
      'T005 from merge 4',
      'T006 from merge 5',
    ]);
    expect([merges, halt]).toEqual([6, undefined]);
  });
  test('have no more runs alive than they may', async () => {
    const list = Array.from({ length: 9 }, (_, index) => `- [ ] T00${index} [P] [ASYNC] Do f${index}.txt`).join('\n');
    const { most, happened } = await run(list, { parallel: 3 });
    expect([most, happened.length]).toEqual([3, 9]);
  });
  test('leave out what is delivered already', async () => {
    const { happened } = await run(PHASES, { delivered: ['T001', 'T003'] });
    expect(happened[0]).toBe('T002 from merge 1');
    expect(happened).toHaveLength(4);
  });
  test('end with their phase when a task fails that is not marked [P]', async () => {
    const { halt, happened } = await run(PHASES, { ends: { T004: 'stalled' } });
    expect(happened.at(-1)).toBe('T004 from merge 3');
    expect(halt).toEqual({ by: 'failure', tasks: ['T004'] });
  });
  test('of a failed [P] task go on with its siblings, and with what does not depend on it, but not with the next phase', async () => {
    const list = PHASES.replace('T004 [ASYNC]', 'T004 [P] [ASYNC]');
    const { halt, happened, results } = await run(list, { ends: { T002: 'agent-failed' } });
    expect(happened.map((text) => text.slice(0, 4))).toEqual(['T001', 'T002', 'T003', 'T005']);
    expect(results.has('T004')).toBe(false);
    expect(halt).toEqual({ by: 'failure', tasks: ['T002', 'T004'] });
  });
  test('stop at a human’s open task of an earlier phase, and go on past it where they shall', async () => {
    const list = PHASES.replace('## Phase 3', '- [ ] T0051 [SYNC] Decide\n## Phase 3');
    const { halt, happened } = await run(list);
    expect(happened).toHaveLength(5);
    expect(halt).toEqual({ by: 'humans', tasks: ['T0051'] });
    expect((await run(list, { skipSync: true })).happened).toHaveLength(6);
  });
  test.each([
    ['a failed task', PHASES, { ends: { T003: 'stalled' } }, 'failure'],
    ['a human’s task', PHASES.replace('## Phase 3', '- [ ] T0051 [SYNC] Decide\n## Phase 3'), {}, 'humans'],
  ] as const)('put together what was delivered also where %s stops them', async (_, list, given, by) => {
    const { halt, happened, merges } = await run(list, given);
    expect(halt).toMatchObject({ by });
    const waves = new Set(happened.map((line) => line.split(' from ')[1]));
    expect(merges).toBe(waves.size + 1);
  });
  test('do not mind a human’s task when nothing is left behind it', async () => {
    const list = PHASES.replace('## Phase 3', '- [ ] T0051 [SYNC] Decide\n## Phase 3');
    expect((await run(list, { delivered: ['T006'] })).halt).toBeUndefined();
  });
  test('stop before anything is spawned on what does not fit together', async () => {
    const { halt, happened } = await run(PHASES, { conflict: 2 });
    expect(happened).toEqual(['T001 from merge 1']);
    expect(halt).toMatchObject({ by: 'conflict', conflict: { files: ['a.txt'] } });
  });
  test('end with an error of a run when those that are alive have ended', async () => {
    const plan = planTasks(readTaskList('- [ ] T001 [P] [ASYNC] a.txt\n- [ ] T002 [P] [ASYNC] b.txt'));
    const ended: string[] = [];
    const merged = { commit: 'c', feature: 'f', merged: [], left: [], onTop: [] };
    const waves = {
      ...{ plan, parallel: 2, skipSync: false, delivered: new Set<string>() },
      begins: () => {},
      integrate: async () => merged,
      run: async ({ id }: { id: string }) => {
        if (id === 'T001') throw new Error('the cluster is gone');
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended.push(id);
        return { outcome: 'delivered' as const };
      },
    };
    await expect(runWaves(waves, new Map())).rejects.toThrow('the cluster is gone');
    expect(ended).toEqual(['T002']);
  });
});

test('an error that is no conflict is none of the merge’s', async () => {
  await expect(integrated(() => Promise.reject(new Error('no git')))).rejects.toThrow('no git');
});
