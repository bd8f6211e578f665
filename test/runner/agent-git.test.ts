import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, PASSWORD, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World } from './steps.js';

/** What the agent's own git says, each in a file of the commit. */
const steps = [
  bash(`mkdir said
    echo "$(git config user.name) <$(git config user.email)>" > said/author
    git describe --tags > said/version 2>&1
    git rev-parse origin/${BRANCH} > said/base 2>&1
    git log -p --format= -- old.txt > said/history 2>&1
    git fetch -q origin main 2>> said/fetch && git show FETCH_HEAD:later.txt > said/later 2>&1
    git push -q origin HEAD:refs/heads/forged > said/push 2>&1
    git fetch -q "$(git config remote.origin.url | sed s/greeter/other/)" > said/other 2>&1
    git remote get-url origin > said/origin
    env | sort > said/environment
    cat ~/.gitconfig ~/.git-credentials ~/.netrc > said/files 2>&1
    git commit -q --allow-empty -m 'chore: nothing' > said/commit 2>&1; git log -1 --format=%s > said/subject`),
  { text: 'Asked git.' },
];

let world: World;
let said: (name: string) => Promise<string>;
beforeAll(async () => {
  world = await startWorld({ script: steps });
  const { dir } = world.repository;
  await commitTo(dir, BRANCH, { 'old.txt': 'an old text\n' }, 'old');
  await gitIn(dir, 'tag', 'v1.2.3', BRANCH);
  await commitTo(dir, BRANCH, { 'old.txt': 'a newer text\n' }, 'newer');
  await commitTo(dir, 'main', { 'later.txt': 'later\n' }, 'later', { from: BRANCH });
  const { result, log } = await world.run(world.plan().pod);
  expect({ told: log.slice(-8), ...result }).toMatchObject({ outcome: 'delivered' });
  said = (name) => gitIn(dir, 'show', `${result.commit}:said/${name}`);
}, PATIENCE);
afterAll(() => world.close());

test('the agent’s git commits in the name that the environment gives', async () => {
  const { name, email } = world.settings.gitAuthor;
  expect(await said('author')).toBe(`${name} <${email}>`);
  expect(await said('commit')).toBe('');
  expect(await said('subject')).toBe('chore: nothing');
});
test('it has the base, its tags, and what older files were', async () => {
  expect(await said('base')).toBe(await gitIn(world.repository.dir, 'rev-parse', BRANCH));
  expect(await said('version')).toMatch(/^v1[.]2[.]3-1-g/);
  expect(await said('history')).toContain('-an old text');
});
test('it fetches what it asks for', async () => {
  expect(await said('fetch')).toBe('');
  expect(await said('later')).toBe('later');
});
test('it pushes nothing, and is told why', async () => {
  expect(await said('push')).toContain('the runner');
  expect(await gitIn(world.repository.dir, 'branch', '--list', 'forged')).toBe('');
});
test('it reads no other repository, though the credential would open it', async () => {
  expect(await said('other')).toMatch(/fatal|403/);
});
test('it has no credential, and its address has none', async () => {
  expect(await said('origin')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\/greeter$/);
  for (const name of ['environment', 'files', 'push', 'other']) expect(await said(name)).not.toContain(PASSWORD);
});
