import { describe, expect, test } from '@jest/globals';
import { filesIn } from '../../src/tasks/files.js';
import { readTaskList } from '../../src/tasks/task-list.js';

describe('the files of a task', () => {
  test.each([
    ['Create src/models/user.py, tests/test_user.py.', 'src/models/user.py tests/test_user.py'],
    ['Create (src/a.ts, src/b.ts); then `src/c.ts`', 'src/a.ts src/b.ts src/c.ts'],
    ['Add to package.json and .gitignore', 'package.json .gitignore'],
    ['Write `Dockerfile` and docker/Dockerfile.dev', 'Dockerfile docker/Dockerfile.dev'],
    ['Write `init/gitignore` and `apps/web`', 'init/gitignore apps/web'],
    ['Change `src/**/*.ts` and src/{a,b}.ts', 'src/**/*.ts src/{a,b}.ts'],
    ['Create `tests/{unit,e2e}/` and docs/', 'tests/{unit,e2e}/ docs/'],
    ['Create src/models/[entity1].py and `app/(tabs)/index.tsx`', 'src/models/[entity1].py app/(tabs)/index.tsx'],
    ['Fix /etc/nginx/nginx.conf', '/etc/nginx/nginx.conf'],
    ['Fix src/a.ts:12 and `b.py:297-298`', 'src/a.ts b.py'],
    ['Fix **src/a.ts** and ./src/a.ts', 'src/a.ts'],
    ['Write [the guide](docs/guide.md)', 'docs/guide.md'],
    ['src/models/user.tsに作成する', 'src/models/user.ts'],
    ['Move `a.mc`, main.tf, schema.sql, api.yaml', 'a.mc main.tf schema.sql api.yaml'],
    ['Add `.agent.md`, `.env.example`, .c8rc', '.agent.md .env.example .c8rc'],
    ['Go by data-model.md per contracts/api.md, see spec.md', 'data-model.md'],
  ])('in "%s" are %s', (text, files) => expect(filesIn(text).join(' ')).toBe(files));

  test.each([
    'See https://example.com/a.ts and [it](http://example.com/b.md)',
    'Use Node.js, e.g. v1.2.3, i.e. 1.5 and Next.js/React',
    'Use `@types/node`, `@/components/ui/`, @scope/pkg',
    'Add POST /api/users/{id} and `/api/users` and /speckit.tasks',
    'Handle authentication/authorization and and/or w/ tests',
    'Match `.web.tsx` and `.dark`, call `this.state`, `cn()` and `**`',
    'Run `npm run build -w web`, set `FOO=bar/baz`',
    'Meet FR-001/FR-002, 50/50, T001/T002',
  ])('are none in "%s"', (text) => expect(filesIn(text)).toEqual([]));

  test('are also in the lines below, but not in code there', () => {
    const { tasks } = readTaskList(
      '- [ ] T001 Create the model\n  in src/a.ts\n  ```sh\n  cat src/b.ts\n  ```\n  - and src/c.ts',
    );
    expect(tasks[0]?.files).toEqual(['src/a.ts', 'src/c.ts']);
  });
});

describe('what a task depends on', () => {
  const list = (text: string) => {
    const others = ['T001', 'T002', 'T002a', 'T003', 'T004', 'T006', 'TDD-001', 'Task-7'].map((id) => `- [x] ${id} Do`);
    return readTaskList([...others, `- [ ] T099 ${text}`].join('\n'))
      .tasks.at(-1)
      ?.dependsOn.join(' ');
  };
  test.each([
    ['Do (depends on T001, T002)', 'T001 T002'],
    ['Do (Depends T001, T004; Principle IV, T002)', 'T001 T004'],
    ['Do (depends on T002-T006)', 'T002 T002a T003 T004 T006'],
    ['Do (depends on T002–T004)', 'T002 T002a T003 T004'],
    ['Do (depends on T002 to T003)', 'T002 T002a T003'],
    ['Do (depends on T002a-T003)', 'T002a T003'],
    ['Do (depends on T002-003)', 'T002 T002a T003'],
    ['[depends: T001, T002] Do', 'T001 T002'],
    ['[ASYNC] [Depends on: T001] Do', 'T001'],
    ['Do, depends: T001', 'T001'],
    ['Do (needs a live URL, T003)', 'T003'],
    ['Do (requires T001 and T002)', 'T001 T002'],
    ['Do after T004', 'T004'],
    ['Do, after T003 and T004', 'T003 T004'],
    ['Do (x), needs T003, T004, and T006.', 'T003 T004 T006'],
    ['Do, requires T001 or T002 to be there', 'T001 T002'],
    ['Do after T003. T004 is another one', 'T003'],
    ['Do (after TDD-001 and task-7)', 'TDD-001 Task-7'],
    ['Do. Depends on T001. Like T002', 'T001'],
    ['Do (depends on T001 (the model), T002)', 'T001 T002'],
    ['Do (blocked by T003)', 'T003'],
    ['Do\n  - **Depends on**: T001, T002', 'T001 T002'],
    ['Do\n  - Dependencies: T001', 'T001'],
    ['Do\n  - Prerequisites: T001, T003', 'T001 T003'],
    ['Do (waits for T003)', 'T003'],
    ['Do (depends on T001, used by T004)', 'T001'],
    ['Do (depends on T001; parallel with T002)', 'T001'],
    ['Do (depends on T001, not on T002)', 'T001'],
    ['Do (requires T001, alongside T003)', 'T001'],
    ['Do\n  - Dependencies: None other than T001', 'T001'],
    ['Do\n  - Dependencies: none, except T001', 'T001'],
    ['Do\n  - Depends on nothing but T003', 'T003'],
  ])('by "%s" is %s', (text, ids) => expect(list(text)).toBe(ids));

  test.each([
    'Do (Depends Phase 2)',
    'Do, does not depend on T001',
    'Do (no dependencies: T001 is separate)',
    'Do what T001 began (superseded by T002)',
    'Confirm that T001/T002 touched nothing',
    'Do what everybody needs; T001 is done',
    'Do (replaces T001)',
    'Do\n  - **Dependencies**: None (can start with T004)',
    'Do (depends on nothing: T001 may come later)',
  ])('is nothing by "%s"', (text) => expect(list(text)).toBe(''));

  test.each([
    ['Do (blocks T003, T004)', { T003: 'T002', T004: 'T002' }],
    ['Do\n  - **Blocks**: T004', { T004: 'T002' }],
    ['Do what unblocks T003', { T003: 'T002' }],
    ['Do (depends on T001, blocks T003)', { T002: 'T001', T003: 'T002' }],
    ['Do\n  **Dependencies**: none | **Blocks**: T003', { T003: 'T002' }],
    ['Do (does not block T003)', {}],
    ['Do the building blocks; T003 is another', {}],
    ['Do (blocks T002)', {}],
  ])('is said by another task as well: "%s"', (text, expected) => {
    const markdown = `- [ ] T001 Do\n- [ ] T002 ${text}\n- [ ] T003 Do\n- [ ] T004 Do`;
    const found = readTaskList(markdown).tasks.flatMap(({ id, dependsOn }) =>
      dependsOn.length > 0 ? [[id, dependsOn.join(' ')]] : [],
    );
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test.each([
    ['- T001 blocks T003, T004', { T003: 'T001', T004: 'T001' }],
    ['T001 → T003, T004', { T003: 'T001', T004: 'T001' }],
    ['- **T001** -> T003 -> T004', { T003: 'T001', T004: 'T003' }],
    ['- T001, T002 before T003', { T003: 'T001 T002' }],
    ['- T003 depends on T001 and T002 (the models)', { T003: 'T001 T002' }],
    ['T001 → T002 (tests) → T003', { T002: 'T001', T003: 'T002' }],
    ['T001 (model) → T003 (service)', { T003: 'T001' }],
    ['- T003: depends on T001', { T003: 'T001' }],
    ['- **T003** (depends on T001)', { T003: 'T001' }],
    ['- Task T003 depends on Task T001', { T003: 'T001' }],
    ['- T003 - requires T001', { T003: 'T001' }],
    ['- T003 (the service) needs T001 (the model) and T002', { T003: 'T001 T002' }],
    ['- T003 is blocked by T001', { T003: 'T001' }],
    ['- T003, T004 can start after T001', { T003: 'T001', T004: 'T001' }],
    ['- T001, T002 must be done before T003', { T003: 'T001 T002' }],
    ['- T003 no longer depends on T001', {}],
    ['- T003 does not need T001', {}],
    ['- Setup: T001 blocks T003', {}],
    ['- T001 blocks the T003 of others', {}],
    ['```\nT001 → T003\n```', {}],
  ])('is also said outside of the tasks, as by "%s"', (text, expected) => {
    const tasks = ['T001', 'T002', 'T003', 'T004'].map((id) => `- [ ] ${id} Do`);
    const { tasks: found } = readTaskList([...tasks, '## Dependencies', text].join('\n'));
    const dependent = found.filter(({ dependsOn }) => dependsOn.length > 0);
    expect(Object.fromEntries(dependent.map(({ id, dependsOn }) => [id, dependsOn.join(' ')]))).toEqual(expected);
  });
});

describe('a phase', () => {
  const phases = (...lines: string[]) => readTaskList(lines.join('\n')).phases.length;
  test.each([
    ...[
      '## Phase 1: Setup',
      '## Phase 3.1: Setup',
      '## Phase 4a: Core',
      '## Phase 1 — Foundations',
      '### Phase A0: Start',
    ],
    ...[
      '## Phase N: Polish',
      '## Final Phase: Polish',
      '## Phase 类型 A',
      '## **Phase 2**',
      '## 🚀 Phase 3',
      '## Phase: Setup',
    ],
    ...['## Risk Mitigation Phase (OPTIONAL - only if wanted)', '## PHASE 2', '## Phase 2'],
    '## Phase 1: Setup & Phase 2: Foundational — Not applicable',
  ])('begins with "%s"', (heading) => expect(phases(heading)).toBe(1));
  test.each([
    ...[
      '## Phase Status',
      '### Phase Dependencies',
      '### Phase order',
      '## Parallel Example: Phase 2',
      '## Dependencies by phase',
    ],
    ...[
      '## Setup Tasks',
      'Phase 1: Setup',
      '**Phase 1**: Setup',
      '## [ASYNC] Tasks',
      '### Tests for Foundational Phase',
    ],
  ])('does not begin with "%s"', (heading) => expect(phases('## Phase 1', heading)).toBe(1));
  test.each([
    ['**Phase 1: Setup**', 'Phase 1: Setup'],
    ['**Phase 1: Setup**:', 'Phase 1: Setup'],
    ['__Phase 1__', 'Phase 1'],
    ['**🚀 Phase 3**', '🚀 Phase 3'],
  ])('begins with the bold line "%s" where tasks follow', (line, title) => {
    const { phases, tasks } = readTaskList(`- [ ] T001 a\n\n${line}\n\n- [ ] T002 b`);
    expect(phases).toEqual([{ title, line: 3 }]);
    expect(tasks.map(({ phase }) => phase)).toEqual([0, 1]);
  });
  test.each(['**Phase 1**: T001 first', '**Checkpoint**', '**Phase Dependencies**', 'See **Phase 1: Setup**'])(
    'does not begin with "%s" where tasks follow',
    (line) => {
      expect(phases('- [ ] T001 a', line, '- [ ] T002 b')).toBe(0);
    },
  );
  test('does not begin with a bold line that only titles some prose', () => {
    expect(phases('## Phase 1', '- [ ] T001 a', '## Strategy', '**Phase 1: MVP**', 'Do T001.')).toBe(1);
    expect(phases('## Phase 1', '**Phase 1: MVP**', '## Phase 2', '- [ ] T001 a')).toBe(2);
  });
  test('holds the tasks up to the next one, and none comes before the first', () => {
    const { tasks } = readTaskList('- [ ] T001 a\n## Phase 1\n### Tests\n- [ ] T002 b\n## Phase 2\n- [ ] T003 c');
    expect(tasks.map(({ phase }) => phase)).toEqual([0, 1, 2]);
  });
});

test.each([
  ['[US1]', 'US1'],
  ['[us2a]', 'US2a'],
  ['[US1+US2]', 'US1+US2'],
  ['[P] [US1][US2] [SYNC]', 'US1+US2'],
  ['[Story: US1]', 'US1'],
  ['[P1] [Risk: Medium]', null],
])('the story of %s is %s', (labels, story) => {
  expect(readTaskList(`- [ ] T001 ${labels} Do`).tasks[0]?.story).toBe(story);
});
