import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_MODES } from '../../src/tasks/default-mode.js';
import { planTasks } from '../../src/tasks/plan.js';
import { readTaskList } from '../../src/tasks/task-list.js';

const PIECES = [
  ...[
    '\n',
    '\r\n',
    ' ',
    '  ',
    '- ',
    '* ',
    '+ ',
    '1. ',
    '> ',
    '[ ] ',
    '[x] ',
    '[-] ',
    '[P]',
    '[SYNC]',
    '[ASYNC] ',
    '[US1]',
    '**',
    '~~',
    'T001',
  ],
  ...[
    'T2',
    'T003 ',
    'TXXX',
    'task-4',
    '[T005]',
    '[P, ASYNC]',
    '(ASYNC)',
    '```',
    '~~~',
    '<!--',
    '-->',
    '## Phase 1: ',
    '**Phase 2**',
    '### ',
    'depends on ',
    '(',
    ')',
    '[',
    ']',
  ],
  ...[
    '→',
    ' blocks ',
    'T1-T9',
    '`',
    'src/a.ts',
    'src/*.ts',
    '{a,b}',
    '/',
    '.md ',
    ',',
    ';',
    'per ',
    '日本',
    '\0',
    '\ud800',
    '\u2028',
  ],
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 80 }).map((pieces) => pieces.join('')),
);

const IDS = Array.from({ length: 12 }, (_, index) => `T${String(index + 1).padStart(3, '0')}`);
const FILES = ['src/a.ts', 'src/b.ts', 'src/deep/c.ts', '`src/*.ts`', '`src/{a,b}.ts`', 'docs/'];
/** A list that is well formed, with every kind of task in every order. */
const anyList = fc
  .shuffledSubarray(IDS, { minLength: 1 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          heading: fc.integer({ min: 0, max: 5 }),
          box: fc.constantFrom(' ', ' ', ' ', 'x', '-'),
          mode: fc.constantFrom('[ASYNC] ', '[ASYNC] ', '[SYNC] ', ''),
          parallel: fc.constantFrom('[P] ', '[P] ', ''),
          files: fc.subarray(FILES, { maxLength: 2 }),
          dependsOn: fc.subarray(IDS, { maxLength: 2 }),
        }),
      ),
    ),
  )
  .map((tasks) =>
    tasks
      .map(({ id, heading, box, mode, parallel, files, dependsOn }) =>
        [
          heading === 0 ? '## Phase 1: More\n' : '',
          `- [${box}] ${id} ${parallel}${mode}Do ${files.join(' and ')}`,
          dependsOn.length > 0 ? ` (depends on ${dependsOn.join(', ')})` : '',
        ].join(''),
      )
      .join('\n'),
  );

describe('of any text', () => {
  test('a plan is made, of nothing but tasks that stand in it, each of its own checkbox line', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...DEFAULT_MODES), (text, defaultMode) => {
        const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
        const { tasks, waves, warnings } = planTasks(readTaskList(text), { defaultMode });
        for (const { id, line, phase } of tasks) {
          expect(lines[line - 1]).toContain(id);
          expect(phase).toBeGreaterThanOrEqual(0);
        }
        expect(new Set(tasks.map(({ line }) => line)).size).toBe(tasks.length);
        expect(tasks.length).toBeLessThanOrEqual(
          lines.filter((line) => /(?:[-*+]|\d[.)])\s+\[[ xX-]\]\s/.test(line)).length,
        );
        const ids = new Set(tasks.map(({ id }) => id));
        expect(
          [
            ...tasks.flatMap(({ dependsOn }) => dependsOn),
            ...waves.flatMap((wave) => [...wave.tasks, ...wave.stops]),
          ].filter((id) => !ids.has(id)),
        ).toEqual([]);
        expect(warnings.filter(({ line }) => line < 1 || line > lines.length)).toEqual([]);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe('of any list', () => {
  const property = (check: (plan: ReturnType<typeof planTasks>) => void) =>
    fc.assert(
      fc.property(anyList, (text) => check(planTasks(readTaskList(text)))),
      { numRuns: 1000, seed: 2 },
    );
  const waveOf = ({ waves }: ReturnType<typeof planTasks>) =>
    new Map(waves.flatMap(({ tasks }, wave) => tasks.map((id) => [id, wave] as const)));

  test('the waves have every open ASYNC task once, and nothing else', () => {
    property(({ tasks, waves }) => {
      const open = tasks.filter(({ done, setAside, assigned }) => !done && !setAside && assigned === 'ASYNC');
      expect(waves.flatMap((wave) => wave.tasks).sort()).toEqual(open.map(({ id }) => id).sort());
    });
  });
  test('no wave mixes phases, and they follow each other', () => {
    property(({ tasks, waves }) => {
      const phaseOf = new Map(tasks.map(({ id, phase }) => [id, phase]));
      for (const { phase, tasks: ids } of waves) expect(ids.map((id) => phaseOf.get(id))).toEqual(ids.map(() => phase));
      expect(waves.map(({ phase }) => phase)).toEqual(waves.map(({ phase }) => phase).sort((a, b) => a - b));
    });
  });
  test('no wave has two tasks that name the same file, or one that is not [P] beside another', () => {
    const names = (files: readonly string[]) =>
      files.flatMap((file) => (file === 'src/{a,b}.ts' ? ['src/a.ts', 'src/b.ts'] : file === 'docs/' ? [] : [file]));
    const same = (a: string, b: string) => a === b || (a === 'src/*.ts' && /^src\/[^/]*$/.test(b));
    property(({ tasks, waves }) => {
      const byId = new Map(tasks.map((task) => [task.id, task]));
      for (const { tasks: ids } of waves) {
        const together = ids.map((id) => byId.get(id));
        if (together.length > 1) expect(together.every((task) => task?.parallel)).toBe(true);
        for (const [index, one] of together.entries()) {
          for (const other of together.slice(index + 1)) {
            for (const a of names(one?.files ?? [])) {
              for (const b of names(other?.files ?? [])) expect(same(a, b) || same(b, a)).toBe(false);
            }
          }
        }
      }
    });
  });
  test('a task comes behind those that it depends on, where the list allows it', () => {
    property((plan) => {
      const wave = waveOf(plan);
      const cut = new Set(
        plan.warnings.filter(({ message }) => /does not wait for/.test(message)).map(({ line }) => line),
      );
      for (const { id, dependsOn, line } of plan.tasks) {
        if (cut.has(line) || !wave.has(id)) continue;
        for (const other of dependsOn) {
          if (wave.has(other)) expect(wave.get(other)).toBeLessThan(wave.get(id) ?? -1);
        }
      }
    });
  });
  test('no wave comes before the stop of an open SYNC task of an earlier phase', () => {
    property(({ tasks, waves }) => {
      const stopped = new Set<string>();
      for (const { phase, stops } of waves) {
        for (const id of stops) stopped.add(id);
        const humans = tasks.filter(
          (task) => task.assigned === 'SYNC' && !task.done && !task.setAside && task.phase < phase,
        );
        expect(humans.filter(({ id }) => !stopped.has(id)).map(({ id }) => id)).toEqual([]);
      }
    });
  });
});
