import { describe, expect, test } from '@jest/globals';
import type { RunInput } from '../../src/run/input.js';
import { Snapshot } from '../../src/runner/start/snapshot.js';
import { assignment } from '../../src/runner/start/task.js';

const INPUT: RunInput = {
  taskId: 'T001',
  repository: 'https://github.com/my-org/shop',
  branch: '001-login',
  taskBranch: '001-login-t001',
  runName: 'agent-t001-1',
  logFormat: 'text',
  contextPath: 'specs/001-login',
};
const TASKS = { 'specs/001-login/tasks.md': '- [ ] T001 [ASYNC] Log in\n' };
const inFeature = (files: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`specs/001-login/${name}`, text]));

/** @param files their texts; undefined for one that is too large to be read */
function assigned(files: Record<string, string | undefined>, most?: number) {
  const all: Record<string, string | undefined> = { ...TASKS, ...files };
  const modes = new Map(Object.keys(all).map((path) => [path, '100644']));
  return assignment(INPUT, new Snapshot(modes, async (path) => all[path]), most);
}
const headings = (prompt: string) => [...prompt.matchAll(/^# (.*)$/gm)].map(([, heading]) => heading);

describe('the prompt', () => {
  test('quotes what spec-kit’s own implement command reads, and the constitution', async () => {
    const { prompt, notes } = await assigned({
      ...inFeature({
        'checklists/ux.md': 'checks',
        'contracts/api.yaml': 'an api',
        'contracts/v2/more.yaml': 'more',
        'data-model.md': 'a model',
        'plan.md': 'a plan',
        'quickstart.md': 'a start',
        'research.md': 'facts',
        'spec.md': 'a spec',
        'notes.md': 'not for agents',
      }),
      '.specify/memory/constitution.md': 'rules',
      'specs/002-other/data-model.md': 'of another feature',
    });
    expect(headings(prompt)).toEqual([
      'The task',
      'specs/001-login/spec.md',
      'specs/001-login/plan.md',
      'specs/001-login/data-model.md',
      'specs/001-login/contracts/api.yaml',
      'specs/001-login/contracts/v2/more.yaml',
      'specs/001-login/research.md',
      'specs/001-login/quickstart.md',
      'specs/001-login/checklists/ux.md',
      '.specify/memory/constitution.md',
    ]);
    expect(prompt).toContain('# specs/001-login/contracts/api.yaml\n\nan api');
    expect(notes).toEqual([]);
  });
  test('names the largest documents until the rest is within the limit, and the log says so', async () => {
    const files = inFeature({ 'spec.md': 's'.repeat(50), 'plan.md': 'p'.repeat(400), 'research.md': 'r'.repeat(300) });
    const { prompt, notes } = await assigned(files, 60);
    expect(headings(prompt)).toEqual(['The task', 'Further documents', 'specs/001-login/spec.md']);
    expect(prompt).toContain('- specs/001-login/plan.md\n- specs/001-login/research.md\n');
    expect(notes).toEqual([
      expect.stringContaining('specs/001-login/plan.md (400 characters) is named in the prompt and not quoted'),
      expect.stringContaining('the documents have 750 characters, and task.contextCharacters is 60'),
    ]);
  });
  test.each([
    [749, ['The task', 'Further documents', 'specs/001-login/spec.md', 'specs/001-login/research.md']],
    [750, ['The task', 'specs/001-login/spec.md', 'specs/001-login/plan.md', 'specs/001-login/research.md']],
    [0, ['The task', 'Further documents']],
  ])('with a limit of %i of 750 characters', async (most, expected) => {
    const files = inFeature({ 'spec.md': 's'.repeat(50), 'plan.md': 'p'.repeat(400), 'research.md': 'r'.repeat(300) });
    expect(headings((await assigned(files, most)).prompt)).toEqual(expected);
  });
  test('reads a part of a folder with very many files, and names the folder', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`contracts/${100 + at}.yaml`, 'x']));
    const { prompt, notes } = await assigned(inFeature(many));
    expect(headings(prompt)).toHaveLength(52);
    expect(prompt).toContain('- specs/001-login/contracts/\n');
    expect(notes).toEqual(['specs/001-login/contracts/ has 60 files: 50 are read, and the prompt names the folder']);
  });
  test('names what is too large to be read, and does not read on', async () => {
    const { prompt, notes } = await assigned(inFeature({ 'contracts/data.json': undefined, 'plan.md': 'a plan' }));
    expect(headings(prompt)).toEqual(['The task', 'Further documents', 'specs/001-login/plan.md']);
    expect(prompt).toContain('- specs/001-login/contracts/data.json\n');
    expect(notes).toEqual([expect.stringContaining('contracts/data.json has more than 1048576 bytes')]);
  });
  test('fetches all documents at once, before it reads the first', async () => {
    const files: Record<string, string> = {
      ...TASKS,
      ...inFeature({ 'spec.md': 's', 'contracts/a.yaml': 'a', 'notes.md': 'n' }),
      'constitution.md': 'c',
    };
    const calls: unknown[] = [];
    const read = async (path: string) => {
      calls.push(path);
      return files[path];
    };
    const fetch = async (paths: readonly string[]) => void calls.push(paths);
    await assignment(INPUT, new Snapshot(new Map(Object.keys(files).map((path) => [path, '100644'])), read, fetch));
    const [list = '', ...documents] = Object.keys(files).filter((path) => !path.endsWith('notes.md'));
    const inOrder = [documents[0], documents[1], documents[2]];
    expect(calls).toEqual([list, inOrder, ...inOrder]);
  });
  test('leaves out what is no text, and says so', async () => {
    const { prompt, notes } = await assigned(inFeature({ 'contracts/flow.png': 'P\0NG' }));
    expect(headings(prompt)).toEqual(['The task']);
    expect(notes).toEqual([expect.stringContaining('contracts/flow.png is not UTF-8')]);
  });
});
