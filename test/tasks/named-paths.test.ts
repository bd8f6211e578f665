import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isProtected } from '../../src/runner/paths/protected-paths.js';
import { namedPaths } from '../../src/tasks/named-paths.js';
import { readTaskList } from '../../src/tasks/task-list.js';

const changedIn = (text: string) => namedPaths(text).changed.filter(isProtected);

describe('a task changes', () => {
  test.each([
    ['Write `.github/workflows/ci.yml`.', '.github/workflows/ci.yml'],
    ['Write ./.envrc: it loads the tools', '.envrc'],
    ['Set up `.vscode`, .devcontainer/ and .husky/pre-commit', '.vscode .devcontainer/ .husky/pre-commit'],
    ['Write `.github/workflows/{a,b}.yml` (and `.gitlab/*.yml`)', '.github/workflows/{a,b}.yml .gitlab/*.yml'],
    ['Add CI in .github/workflows/ci.yml', '.github/workflows/ci.yml'],
    ['Create `.github/workflows/ci.yml` with lint and test jobs', '.github/workflows/ci.yml'],
    ['GitHub Actions workflow in .github/workflows/ci.yml', '.github/workflows/ci.yml'],
    ['Run the tests on each push by `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Test each push by `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Run `npm test` in `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Add one job per package to .github/workflows/ci.yml', '.github/workflows/ci.yml'],
    ['Add tests for `src/a.ts` to `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Set up CI for Node.js in `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Add lint, typecheck and test jobs to `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Publish the image from main (`.github/workflows/ci.yml`)', '.github/workflows/ci.yml'],
    ['Set up Dependabot in `.github/dependabot.yml` for npm', '.github/dependabot.yml'],
    ['Update agent context: CLAUDE.md', 'CLAUDE.md'],
    ['Copy `.env.example` to `.envrc`', '.envrc'],
    ['Add the following jobs to `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Add a link checker to `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Remove the cache from `.github/workflows/ci.yml`', '.github/workflows/ci.yml'],
    ['Move the jobs from `.travis.yml` to `.github/workflows/ci.yml`', '.travis.yml .github/workflows/ci.yml'],
    ['Delete `.travis.yml` and move its jobs to `.github/workflows/ci.yml`', '.travis.yml .github/workflows/ci.yml'],
    ['Update AGENTS.md and CLAUDE.md', 'AGENTS.md CLAUDE.md'],
    ['Update `AGENTS.md`, `CLAUDE.md` & Jenkinsfile', 'AGENTS.md CLAUDE.md Jenkinsfile'],
    ['Document how to run the tests in CLAUDE.md', 'CLAUDE.md'],
    ['Configure .devcontainer/devcontainer.json', '.devcontainer/devcontainer.json'],
    ['Add .husky/pre-commit that runs the linter, do not run tests in it', '.husky/pre-commit'],
    ['Add `.husky/pre-commit`, but do not touch the tests', '.husky/pre-commit'],
    ['Add `.husky/pre-commit`; no other hook is needed', '.husky/pre-commit'],
    ['Add `.husky/pre-commit`. Do not change the API.', '.husky/pre-commit'],
    ['Add `.husky/no-tests/not.sh` and .husky/see.md', '.husky/no-tests/not.sh .husky/see.md'],
    ['Write AGENTS.md (see docs/style.md) and CLAUDE.md', 'AGENTS.md CLAUDE.md'],
    ['Write AGENTS.md (do not change docs/style.md) and CLAUDE.md', 'AGENTS.md CLAUDE.md'],
    ['Following the plan, create .envrc', '.envrc'],
    ['Read docs/plan.md and create .envrc', '.envrc'],
    ['See docs/plan.md. Create .envrc', '.envrc'],
    ['If it does not exist yet, write CODEOWNERS', 'CODEOWNERS'],
    ['Change `.envrc` but not `.vscode/`', '.envrc'],
    ['Update AGENTS.md, keep `.envrc` as it is', 'AGENTS.md'],
    ['Update `.envrc` to match AGENTS.md', '.envrc'],
    ['Write `OWNERS` and CODEOWNERS', 'OWNERS CODEOWNERS'],
    ['T001 [P] [`.envrc`] and not `.vscode/`, but AGENTS.md', ''],
    ['T001 [`.envrc`] Update AGENTS.md; never `.vscode/`', '.envrc AGENTS.md'],
    ['- [ ] T001 [P] Do these:\n  - `.envrc`\n  - Update AGENTS.md', '.envrc AGENTS.md'],
    ['- [ ] T001 Follow docs/plan.md, without tests\n  - Update AGENTS.md', 'AGENTS.md'],
    ['- [ ] T001 Set up\n  - Must NOT modify:\n    - `.envrc`\n  - Update AGENTS.md', 'AGENTS.md'],
  ])('"%s": %s', (text, paths) => expect(changedIn(text).join(' ')).toBe(paths));
});

describe('a task changes nothing that it', () => {
  test.each([
    'Never change or delete any of the files in `.github/workflows/`',
    'Do not, under any circumstances, touch `.github/workflows/ci.yml`',
    'Don’t touch `CLAUDE.md` or `AGENTS.md`',
    "Don't touch CLAUDE.md, AGENTS.md, or .envrc",
    'Make the change without changes to `.github/`, `.vscode/`',
    'Leave `.github/workflows/ci.yml` unchanged',
    'Keep AGENTS.md as it is',
    '`.github/workflows/ci.yml` must not be changed',
    'Must NOT modify: `.envrc`',
    'Set up direnv (no changes in `.envrc`)',
    'Cannot change `.envrc`',
    'Forbidden: .envrc',
    'Nothing in `.github/` changes',
    'Exclude `.vscode/` from the build',
    'Change everything except .envrc',
    'Change everything but `.envrc`',
    'Change everything outside of `.github/`',
    'Ignore `.envrc`',
    'Avoid `.envrc`',
    'Change the tools, `.envrc` stays untouched',
    'Use `.envrc` as is',
    'Let .envrc alone',
    'Set up direnv w/o touching `.envrc`',
    'Change all files save .envrc',
    'Do *not* touch **`.envrc`**',
    'Do _not_ touch `.envrc`',
    'Never touch `.envrc`; do not change anything in .vscode; keep it without .husky/',
    'Do not touch the tools, e.g. `.envrc`, or the hooks. .husky/ is one of these',
    'Do not touch the tools, e.g. Direnv in `.envrc`',
    'Do not change these files. `.envrc`, AGENTS.md',
    'Do not change CI (`.github/workflows/ci.yml`)',
    'Set up `.envrc` (do not change)',
    'Set up `.envrc` (not in this task) for everybody',
    'Go on with `.envrc`, never change it',
    'Go on with `.envrc`; do not edit it.',
    'Go on with `.envrc`, but do not modify this file',
    'Go on with `.envrc`. It is fine. It must be left as it is.',
    'Set up `.envrc`, `.vscode/`, both unchanged',
    'Do not\n  change `.envrc`',
    'Set up direnv.\n  - Must NOT modify:\n    - `.envrc`\n    - Update AGENTS.md\n    - the editor:\n      - in .vscode/',
    'Set up direnv.\n\n  Do not touch:\n\n  - `.envrc`\n  - .vscode/',
    '- [ ] T001 Files that nobody changes\n  - `.envrc`',
    '~~Update `.envrc`~~',
    'Set up direnv <!-- Update `.envrc` -->',
    '<!-- do not change --> `.envrc`',
    'Set up direnv\n  ```sh\n  touch .envrc\n  ```',
  ])('forbids: %s', (text) => expect(changedIn(text)).toEqual([]));

  test.each([
    'Name fields per the conventions in AGENTS.md',
    'Write it per `.envrc`, see .envrc',
    'Name fields as described in CLAUDE.md',
    'Write the model, see also AGENTS.md',
    'Follow AGENTS.md and CLAUDE.md',
    'Read `.specify/memory/constitution.md` first',
    'The model must comply with .specify/memory/constitution.md',
    'Use the same Node version as .github/workflows/ci.yml',
    'Link [ci](.github/workflows/ci.yml) in README',
    'Add a link to [ci](.github/workflows/ci.yml) in README',
    'Write the model based on AGENTS.md',
    'Write the model according to AGENTS.md and CLAUDE.md',
    'Add a job like `.github/workflows/ci.yml`',
    'Write the model; refer to AGENTS.md',
    'Be consistent with AGENTS.md',
    'Mirror `.github/workflows/ci.yml`',
    'Copy the tools from `.envrc`',
    'Use the settings of `.vscode/settings.json`',
    'Run `.husky/pre-commit` and .husky/pre-push',
    'Document what `.envrc` does',
    'Document the `.envrc` in README.md',
    'Add tests for `.envrc` and `.vscode/`',
    'Verify `.github/workflows/ci.yml`',
    'Test `.husky/pre-commit`',
    'T012 [P] [US1] Check .github/workflows/ci.yml',
    'Restart when `.envrc` changes',
    'Write the model with AGENTS.md in mind',
    'Do as `.envrc` says',
    'Stick to CLAUDE.md',
    'Copy `.envrc` to `.env.example`',
    'Write the model, then review and check `.envrc`',
    'Write the model (see `.envrc`)',
    'Follow the conventions (AGENTS.md)',
    'References: AGENTS.md, CLAUDE.md',
    '- [ ] T001 Write the model\n  - References:\n    - AGENTS.md\n    - CLAUDE.md',
  ])('goes by: %s', (text) => expect(changedIn(text)).toEqual([]));

  test.each([
    'Change `../x/.envrc`, `/etc/.envrc`, `a//.envrc` and `.`',
    'Run `source .envrc`',
    'See https://host.example/.envrc',
    'Notify OWNERS when a ticket closes',
    'Update `/.github/**`',
  ])('does not name: %s', (text) => expect(changedIn(text)).toEqual([]));
});

test('a glob of any folder is one of any folder', () => {
  expect(namedPaths('Update `**/.github/**`').changed).toEqual(['**/.github/**']);
});

test('what a task forbids is told apart from what it goes by', () => {
  const text = 'Update `.github/` like `.gitlab/`; do not touch `.github/x.yml` (nor .envrc)';
  expect(namedPaths(text)).toEqual({ changed: ['.github/'], forbidden: ['.github/x.yml', '.envrc'] });
});

test('real lists change what they name', () => {
  const folder = join(import.meta.dirname, 'fixtures');
  const named = readdirSync(folder).flatMap((file) =>
    readTaskList(readFileSync(join(folder, file), 'utf8')).tasks.flatMap(({ id, text }) =>
      changedIn(text).map((path) => `${file} ${id} ${path}`),
    ),
  );
  expect(named).toEqual([
    'async-rule-engine.md T028 CLAUDE.md',
    ...['T011', 'T027', 'T032'].map((id) => `plain-ms-cross-platform-ui.md ${id} .github/workflows/ci.yml`),
    ...['T083', 'T084', 'T085', 'T086', 'T087'].map((id) => `plain-ms-cross-platform-ui.md ${id} .agent.md`),
    'plain-ms-cross-platform-ui.md T103 .github/workflows/mobile-preview.yml',
    'plain-ms-cross-platform-ui.md T104 .github/workflows/mobile-release.yml',
    'plain-quality-automation.md T016 .github/workflows/test.yml',
    'plain-quality-automation.md T031 .claude/settings.json',
    'plain-quality-automation.md T068 CLAUDE.md',
  ]);
});

describe('a long line is read in linear time', () => {
  test.each([
    ...['a', ' ', '(', ')', ',', ';', '. A', '`a`', '.a ', '`.a` ', 'not ', 'do not a ', 'but ', ', but ', ', keep a'],
    ...[
      'see ',
      'per the ',
      'remove a ',
      'link a ',
      'same ',
      'if ',
      'if a; ',
      '[a] ',
      'the ',
      'run the ',
      "n't ",
      '<!--',
    ],
    ...['- a\n', ' - a\n', 'a:\n- a\n', '~~', '~~a', '(`.a` not', 'not change it; ', '; not change it', 'it a ', '_*'],
  ])('of %j', (piece) => {
    const started = Date.now();
    namedPaths(`${piece.repeat(200_000 / piece.length)}x`);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});
