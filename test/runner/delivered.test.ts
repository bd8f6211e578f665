import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { podName } from '../../src/run/names.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { RESULT_BYTES } from '../../src/run/result.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, FEATURE, MODEL_KEY, PASSWORD, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const rules = [
  {
    match: 'what task IGNORED says',
    steps: [
      bash('mkdir -p ~/.config/git && echo "*.ts" > ~/.config/git/ignore'),
      write('src/kept.ts', 'export {};\n'),
      bash(`git add -A && git -c user.name=a -c user.email=a@b commit --allow-empty -qm "use ${PASSWORD}"`),
      { text: `The password is ${PASSWORD}.` },
    ],
  },
  {
    match: 'task T002',
    steps: [
      write('src/greet.js', 'export const greet = () => "hello";\n'),
      write(`${FEATURE}/tasks.md`, '- [X] T002 all done\n'),
      write('.async_state/delegation_completed/T002.txt', 'done\n'),
      write('.opencode/node_modules/x/index.js', '// runtime\n'),
      bash('git add -A && git -c user.name=a -c user.email=a@b commit -qm "the agent committed this itself"'),
      { text: 'Wrote the greeting.' },
    ],
  },
  { match: 'what task MORE says', steps: [write('docs/more.md', 'more\n'), { text: 'Added more.' }] },
  { match: 'task T003', steps: [write('README.md', '# greeter\n\nHow to greet.\n'), { text: 'Described it.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(() => world.close());

describe('a delivered run', () => {
  let run: Awaited<ReturnType<World['run']>>;
  let branch: string;
  beforeAll(async () => {
    run = await world.run(world.plan().pod);
    branch = run.result?.branch;
  }, PATIENCE);

  test('is claimed with the exit code, the outcome and the commit that the remote branch has', async () => {
    expect(run.code).toBe(OUTCOMES.delivered.exitCode);
    expect(run.result).toMatchObject({ outcome: 'delivered', task: 'T002', branch: `${BRANCH}-t002` });
    expect(await gitIn(world.repository.dir, 'rev-parse', branch)).toBe(run.result.commit);
  });
  test('is the termination message and the last line of the log alike', () => {
    expect(run.log.at(-1)).toBe(run.termination);
    expect(Buffer.byteLength(run.termination)).toBeLessThanOrEqual(RESULT_BYTES);
  });
  test('is one commit on the base, whatever the agent committed itself', async () => {
    expect(await gitIn(world.repository.dir, 'rev-list', `${world.repository.commit}..${branch}`)).toBe(
      run.result.commit,
    );
    expect(run.result.baseCommit).toBe(world.repository.commit);
  });
  test("holds the agent's change and nothing else: no task list, no state, nothing of OpenCode's", async () => {
    const changed = await gitIn(world.repository.dir, 'diff', '--name-only', world.repository.commit, branch);
    expect(changed).toBe('src/greet.js');
    expect(run.result.filesChanged).toBe(1);
  });
  test('is described by its subject, what the agent said and did, and the trailers that find the run again', async () => {
    const message = await gitIn(world.repository.dir, 'log', '-1', '--format=%an <%ae>%n%B', branch);
    expect(message).toBe(
      [
        'agent-runner <agent-runner@users.noreply.github.com>',
        '[T002] Implement `greet(name)` in src/greet.js',
        '',
        'Wrote the greeting.',
        '',
        'The agent committed:',
        '- the agent committed this itself',
        '',
        `Agent-Run: ${world.plan().pod.metadata.name}`,
        'Agent-Outcome: delivered',
      ].join('\n'),
    );
  });
  test('tells in the log what the agent said and which tool it used on which file', () => {
    expect(run.log).toEqual(
      expect.arrayContaining(['opencode | [write] src/greet.js', 'opencode | Wrote the greeting.']),
    );
  });
  test('counts tokens and names the session', () => {
    expect(run.result.tokens).toBeGreaterThan(0);
    expect(run.result.session).toMatch(/^ses_/);
  });
  test('leaves no worktree behind', () => {
    const worktrees = join(run.root, 'workspace/repository/.agentic-sdlc/worktrees');
    expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([]);
  });
  test('gave the model the task with its details, the spec, the plan and the constitution', () => {
    const prompts = JSON.stringify(world.model.requests.map(({ body }) => body));
    for (const text of ['FR-002', 'test/greet.test.js (FR-001, FR-002)', 'node:test', 'No dependencies']) {
      expect(prompts).toContain(text);
    }
  });
  test('is not repeated by a second run of the task: it names the commit and starts nothing', async () => {
    const requests = world.model.requests.length;
    const again = await world.run(world.plan({}, 2).pod);
    expect(again.result).toMatchObject({ outcome: 'delivered', commit: run.result.commit });
    expect(world.model.requests.length).toBe(requests);
  });
  test('shows none of the credentials in the log', () => {
    for (const value of [PASSWORD, MODEL_KEY, Buffer.from(`x-access-token:${PASSWORD}`).toString('base64')]) {
      expect(run.log.join('\n')).not.toContain(value);
    }
  });
});

describe('a branch that holds earlier work of the task', () => {
  const branch = `${BRANCH}-t003`;
  let earlier: string;
  let run: Awaited<ReturnType<World['run']>>;
  beforeAll(async () => {
    const work = { 'docs/draft.md': 'a draft\n' };
    const { planned, pod } = world.plan({ task: 'T003' }, 5);
    const message = `work in progress\n\nAgent-Run: ${podName('T003', planned.runId, 1)}\nAgent-Outcome: timed-out`;
    earlier = await commitTo(world.repository.dir, branch, work, message, { from: BRANCH });
    run = await world.run(pod);
  }, PATIENCE);

  test('is continued, never replaced', async () => {
    expect(run.result.outcome).toBe('delivered');
    expect(await gitIn(world.repository.dir, 'rev-parse', `${branch}^`)).toBe(earlier);
  });
  test('is compared with the original base, so that the earlier work counts', () => {
    expect(run.result).toMatchObject({ baseCommit: world.repository.commit, filesChanged: 2 });
  });
  test(
    'is worked on once more where that is asked for, by the documents as they are now',
    async () => {
      const tasks = `${FEATURE}/tasks.md`;
      const text = '- [X] T003 [P] [ASYNC] Do what task MORE says\n';
      await commitTo(world.repository.dir, BRANCH, { [tasks]: text }, 'say more');
      const again = await world.run(world.plan({ task: 'T003', again: true }, 6).pod);
      expect(again.result.outcome).toBe('delivered');
      expect(again.log.join('\n')).toContain('it is ticked already');
      expect(await gitIn(world.repository.dir, 'show', `${branch}:docs/more.md`)).toBe('more');
      expect(await gitIn(world.repository.dir, 'rev-parse', `${branch}^`)).toBe(run.result.commit);
    },
    PATIENCE,
  );
  test(
    'is not delivered anew when the agent adds nothing',
    async () => {
      const head = await gitIn(world.repository.dir, 'rev-parse', branch);
      const again = await world.run(world.plan({ task: 'T003', again: true }, 7).pod);
      expect(again.result.outcome).toBe('no-changes');
      expect(await gitIn(world.repository.dir, 'rev-parse', branch)).toBe(head);
    },
    PATIENCE,
  );
  test('is known as delivered where it was merged and the branch is gone', async () => {
    const { dir } = world.repository;
    const head = await gitIn(dir, 'rev-parse', branch);
    await gitIn(dir, 'update-ref', `refs/heads/merged`, head);
    await gitIn(dir, 'update-ref', '-d', `refs/heads/${branch}`);
    const later = await world.run(world.plan({ task: 'T003', base: 'merged' }, 8).pod);
    expect(later.result).toMatchObject({ outcome: 'delivered', commit: head });
  });
});

describe('what the agent writes outside of its worktree', () => {
  test(
    'neither hides its files nor puts a credential into the commit message',
    async () => {
      const planned = { task: 'T002', branch: 'ignored', base: BRANCH, prompt: 'Do what task IGNORED says.' };
      const {
        pod,
        planned: { input },
      } = world.plan(planned);
      const { result } = await world.run(pod);
      expect(result.outcome).toBe('delivered');
      expect(await gitIn(world.repository.dir, 'show', `${input.taskBranch}:src/kept.ts`)).toBe('export {};');
      const message = await gitIn(world.repository.dir, 'log', '-1', '--format=%B', input.taskBranch);
      expect(message).toContain('- use ***');
      expect(message).not.toContain(PASSWORD);
    },
    PATIENCE,
  );
});
