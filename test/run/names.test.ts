import { describe, expect, test } from '@jest/globals';
import {
  attemptBranch,
  branchNames,
  checkpointBranch,
  checkpointRef,
  featureName,
  podName,
  runId,
  shortRunId,
  slug,
  taskBranch,
} from '../../src/run/names.js';
import { randomTexts } from './fixtures.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Ids as people write them, in every spelling that could be taken for another one. */
const SPELLINGS = Array.from({ length: 300 }, (_, n) => String(n).padStart(3, '0')).flatMap((n) => [
  ...[`T${n}`, `t${n}`, `T-${n}`, `t-${n}`, `T_${n}`, `T ${n}`, `T${n}a`, `T${n}A`, `t${n}a`, `T${n}.`, `TR${n}`],
  ...[`TR_${n}`, `tr${n}`, `task-${n}`, `Task-${n}`, `TASK_${n}`, `tâche-${n}`, `任务${n}`, n, `${'x'.repeat(60)}${n}`],
]);
const ANYTHING = [...'aZ09-_. /\\"$\n\t', 'é', 'ß', 'İ', '\u0301', '日', '\u202e', '😀', '\ud800'];
const IDS = [...new Set([...SPELLINGS, ...randomTexts(1, 2000, 90, ANYTHING)])];

describe('slug', () => {
  test.each([
    ['T001', 't001'],
    ['T002a', 't002a'],
    ['TR01', 'tr01'],
    ['task-001', 'task-001'],
    ['login', 'login'],
    ['abcd12a', 'abcd12a'],
    ['ab1cd', 'ab1cd'],
    ['fix-t2a', 'fix-t2a'],
    ['a-beef-b', 'a-beef-b'],
    ['x'.repeat(40), 'x'.repeat(40)],
  ])('writes %s as %s', (id, expected) => {
    expect(slug(id)).toBe(expected);
  });

  test.each([
    ['its case', 'Task-001', /^task-001-[0-9a-f]{4}$/],
    ['its case, though a spec-kit id has that slug', 't001', /^t001-[0-9a-f]{4}$/],
    ['its case, with more letters than spec-kit has', 'ABCD12', /^abcd12-[0-9a-f]{4}$/],
    ['its case, with more than an id of spec-kit', 'fix-T001', /^fix-t001-[0-9a-f]{4}$/],
    ['an underscore', 'TR_01', /^tr-01-[0-9a-f]{4}$/],
    ['an accent', 'Tâche', /^tache-[0-9a-f]{4}$/],
    ['what stands at its ends', '--login--', /^login-[0-9a-f]{4}$/],
    ['separators', 'log -- in', /^log-in-[0-9a-f]{4}$/],
    ['its end, being 300 long', 'T'.repeat(300), /^t{35}-[0-9a-f]{4}$/],
    ['everything, being of another script', '日本', /^x-[0-9a-f]{4}$/],
    ['everything, being symbols', '→ →', /^x-[0-9a-f]{4}$/],
    ['nothing, but looks as if it had', 'login-beef', /^login-beef-[0-9a-f]{4}$/],
  ])('marks an id that loses %s', (_, id, expected) => {
    expect(slug(id)).toMatch(expected);
  });

  test.each([
    ['case', 'Login', 'LOGIN'],
    ['case of a spec-kit id', 'T001', 't001'],
    ['case of a letter behind the number', 'T002a', 'T002A'],
    ['case of all of it', 'T002a', 't002a'],
    ['what truncation cuts', `${'x'.repeat(299)}1`, `${'x'.repeat(299)}2`],
    ['separators', 'TR_01', 'TR-01'],
    ['accents', 'Tâche', 'Tache'],
    ['symbols', '→', '←'],
    ['letters of another script', '日本', '中国'],
    ["one being the other's slug", 'TR_01', slug('TR_01')],
    ["one being the other's slug, cut", 'T'.repeat(300), slug('T'.repeat(300))],
  ])('tells ids apart that differ only in %s', (_, one, other) => {
    expect(one).not.toBe(other);
    expect(slug(one)).not.toBe(slug(other));
  });

  // 1616 are the digits of the arrow's hash.
  test('tells symbols from the number that looks like their hash', () => {
    expect(slug('→')).not.toBe(slug('1616'));
  });

  test('tells thousands of spellings of task ids apart', () => {
    expect(new Set(SPELLINGS.map(slug)).size).toBe(SPELLINGS.length);
  });

  test('is a DNS label of at most 40 characters for any text', () => {
    expect(IDS.filter((id) => !DNS_LABEL.test(slug(id)) || slug(id).length > 40)).toEqual([]);
  });
});

describe('podName', () => {
  const nameOf = (id: string, attempt = 1) => podName(id, runId('host/o/r', 'branch', id), attempt);

  test('is a DNS label of at most 63 characters for any task, even at the 9999th attempt', () => {
    expect(IDS.filter((id) => !DNS_LABEL.test(nameOf(id, 9999)) || nameOf(id, 9999).length > 63)).toEqual([]);
  });

  test('differs for every task', () => {
    expect(new Set(IDS.map((id) => nameOf(id))).size).toBe(IDS.length);
  });

  test('is made of the slug, ten digits of the run, and the attempt', () => {
    expect(podName('T001', `${'0123456789'}abcdef`, 2)).toBe('agent-t001-0123456789-2');
  });
});

describe('runId', () => {
  test('is the same for the same run', () => {
    expect(runId('host/o/r', 'main-t001', 'T001')).toBe(runId('host/o/r', 'main-t001', 'T001'));
  });

  test.each([
    ['repository', runId('host/o/other', 'main-t001', 'T001')],
    ['task branch', runId('host/o/r', 'dev-t001', 'T001')],
    ['task', runId('host/o/r', 'main-t001', 't001')],
  ])('differs where the %s does, also in the part that names carry', (_, other) => {
    expect(shortRunId(other)).not.toBe(shortRunId(runId('host/o/r', 'main-t001', 'T001')));
  });
});

describe('branchNames', () => {
  test.each([
    ['specs/x/T001-async', 'T001', true],
    ['task-T001', 'T001', true],
    ['feature_T001_x', 'T001', true],
    ['specs/x/t001', 'T001', true],
    ['T001', 'T001', true],
    ['T0010', 'T001', false],
    ['xT001', 'T001', false],
    ['T001a', 'T001', false],
    ['T001é', 'T001', false],
    ['001-login', 'T001', false],
    ['release-1x2', '1.2', false],
    ['release-1.2', '1.2', true],
    ['ba-a-a', 'a-a', true],
    ['T001-T0010-xT001', 'T0', false],
    ['Ä-ÄT001', 'T001', false],
    ['x/t001_y', 'T001', true],
  ])('of %s and %s is %s', (branch, task, expected) => {
    expect(branchNames(branch, task)).toBe(expected);
  });
});

describe('taskBranch', () => {
  test.each([
    ['keeps a branch that names the task', 'specs/x/T001-async', 'T001', undefined, 'specs/x/T001-async'],
    ['joins by a dash where no pattern is given', '001-login', 'T001', undefined, '001-login-t001'],
    ['follows the pattern', '001-login', 'T001', 'agents/{branch}/{task}', 'agents/001-login/t001'],
    ['fills in each place of the pattern', 'x', 'T001', '{task}/{branch}-{task}', 't001/x-t001'],
    ['needs no branch in the pattern', 'x', 'T001', 'task-{task}', 'task-t001'],
  ])('%s', (_, branch, task, pattern, expected) => {
    expect(taskBranch(branch, task, undefined, pattern)).toBe(expected);
  });

  test.each([
    ['tells the features of one branch apart', 'dev', 'specs/002-logout', 'dev-002-logout-t001'],
    ['is that of a branch that names its feature', '001-login', 'specs/001-login', '001-login-t001'],
    [
      'is that of a branch that has its feature’s name in it',
      'feature/001-login',
      'specs/001-login',
      'feature/001-login-t001',
    ],
  ])('%s', (_, branch, contextPath, expected) => {
    expect(taskBranch(branch, 'T001', contextPath)).toBe(expected);
  });

  // Git allows "$" and braces in a branch.
  test.each([
    ['pay$$', 'pay$$-t001'],
    ['a$&b', 'a$&b-t001'],
    ['x{task}', 'x{task}-t001'],
  ])('keeps the branch %s as it is', (branch, expected) => {
    expect(taskBranch(branch, 'T001')).toBe(expected);
  });
});

test.each([
  ['001-login', 'specs/002-logout', '002-logout'],
  ['001-login', undefined, '001-login'],
])('the feature of branch %s and directory %s is %s', (branch, contextPath, expected) => {
  expect(featureName(branch, contextPath)).toBe(expected);
});

test('checkpoints are on a ref that is no branch, else on a branch beside the task’s', () => {
  expect(checkpointRef('specs/x-t001')).toBe('refs/agent-runner/wip/specs/x-t001');
  expect(checkpointBranch('specs/x-t001')).toBe('refs/heads/specs/x-t001-wip');
});

test.each([
  ['agent-t001-0123456789-1', 'x-t001-1'],
  ['agent-t001-0123456789-12', 'x-t001-12'],
  ['local', 'x-t001-1'],
  ['', 'x-t001-1'],
])('the branch of the attempt %s is %s', (run, expected) => {
  expect(attemptBranch('x-t001', run)).toBe(expected);
});
