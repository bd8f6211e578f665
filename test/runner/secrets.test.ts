import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { MODEL_KEY, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

/** With what JSON, URLs and base64 write in another way. */
const ODD = 'tök"en\\with+odd signs=?';
const RENEWED = 'renewed"by%somebody else';

const formsOf = (secret: string): string[] => {
  const basic = Buffer.from(`x-access-token:${secret}`).toString('base64');
  const plain = Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,3}=*$/, '');
  const hex = Buffer.from(secret).toString('hex');
  const twice = Buffer.from(plain.slice(0, -2))
    .toString('base64')
    .replace(/.{0,3}=*$/, '');
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, encodeURIComponent(secret), basic, plain, hex, twice, [...secret].reverse().join('')];
};
const FORMS = [ODD, MODEL_KEY, RENEWED].flatMap(formsOf);

/**
 * The agent has no credential: here somebody has given it the run's own, beside its workspace. They are in variables, since a
 * command line is for everybody to see.
 */
const READ = `S=$(cd ../../../../../given && pwd)
export P="$(cat $S/password)" K="$(cat $S/api-key)"`;
const PRINT = `${READ}
for secret in "$P" "$K"; do
  echo "$secret"; printf '%s' "$secret" | base64 -w0; echo; printf 'x-access-token:%s' "$secret" | base64 -w0; echo
  printf 'ab%s' "$secret" | base64 -w0; echo; printf '%s' "$secret" >&2; echo
  printf '%s' "\${secret%?????}"; printf '%s\\n' "\${secret#"\${secret%?????}"}"
  X="$secret" node -e 'console.log(encodeURIComponent(process.env.X), JSON.stringify({ [process.env.X]: process.env.X }))'
  X="$secret" node -e 'console.log(Buffer.from(process.env.X).toString("hex"), [...process.env.X].reverse().join(""))'
  printf '%s' "$secret" | base64 -w0 | base64 -w0; echo
  printf 'use %s' "$secret" | git -c user.name=a -c user.email=a@b commit -q --allow-empty -F -
  encoded=$(X="$secret" node -p 'encodeURIComponent(process.env.X)')
  printf '[remote "evil"]\\n\\turl = https://user:%s@git.example/x\\n' "$encoded" >> ../../../.git/config
done
for half in "\${K%?????}" "\${K#"\${K%?????}"}"; do
  git -c user.name=a -c user.email=a@b commit -q --allow-empty -m "$half"
done
git log --format=%B -2; git config --list; true`;
const KEEP = `${READ}
printf '%s' "$P" > plain.txt; printf 'x-access-token:%s' "$P" | base64 > basic.txt; printf '%s\\0' "$K" > binary.bin
X="$P" node -e 'const fs = require("fs"), { X } = process.env; fs.writeFileSync("utf16.txt", X, "utf16le")
fs.writeFileSync("hex.txt", Buffer.from(X).toString("hex")); fs.writeFileSync("reversed.txt", [...X].reverse().join(""))'
printf '%s' "$P" | base64 -w0 | base64 > twice.txt
printf "# %s\\n# %s\\n" "\${K%?????}" "\${K#"\${K%?????}"}" > comments.txt
echo empty > "$K.txt"; node -e 'require("fs").symlinkSync(process.env.K, "link")'
git add -A; git -c user.name=a -c user.email=a@b commit -qm kept`;

const rules = [
  {
    match: 'task PRINT says',
    steps: [write('work.txt', 'work\n'), bash(PRINT), { text: `They are ${ODD} and ${MODEL_KEY}.` }],
  },
  {
    match: 'task KEEP says',
    steps: [write('work.txt', 'work\n'), write(`x-${MODEL_KEY}.txt`, 'x\n'), bash(KEEP), { text: `Kept ${ODD}.` }],
  },
  {
    match: 'task WAIT says',
    steps: [
      write('work.txt', 'work\n'),
      bash('until [ -e ../../../../../renewed ]; do sleep 0.2; done'),
      bash(READ.replace('export', 'echo "$(cat $S/password)"; export')),
      { text: `It is ${RENEWED} now, and was ${ODD}.` },
    ],
  },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(() => world.close());
beforeEach(() => world.git.setPassword('x-access-token', ODD));

/** Command lines of all processes that show a secret. */
function showing(): string[] {
  const lines = readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
  return lines.filter((line) => FORMS.some((form) => line.includes(form)));
}

let runs = 0;
async function spawned(what: string, logFormat: string, onLine?: (line: string, root: string) => void) {
  runs += 1;
  const root = join(world.folder, `pod-${runs}`);
  const { pod } = world.plan({ task: `T80${runs}`, prompt: `Do what task ${what} says.`, logFormat });
  const shown = new Set<string>();
  const looking = setInterval(() => {
    for (const line of showing()) shown.add(line);
  }, 100);
  try {
    const onRoot = () => {
      mkdirSync(join(root, 'given'), { recursive: true });
      writeFileSync(join(root, 'given/password'), ODD);
      writeFileSync(join(root, 'given/api-key'), MODEL_KEY);
    };
    const run = await world.run(pod, { password: ODD, onRoot, onLine: (line) => onLine?.(line, root) });
    return { ...run, shown: [...shown] };
  } finally {
    clearInterval(looking);
  }
}

/** Neither the log, nor the result, nor a command line, nor anything that was pushed. */
async function expectNothingOut({ log, termination, shown }: Awaited<ReturnType<typeof spawned>>) {
  const { dir } = world.repository;
  const pushed = await gitIn(dir, 'cat-file', '--batch-all-objects', '--batch');
  const refs = await gitIn(dir, 'for-each-ref');
  const names = await gitIn(dir, 'log', '--all', '--format=', '--name-only', '-z');
  for (const form of FORMS) {
    const where = { log: log.join('\n'), termination, pushed, refs, names };
    for (const [place, text] of Object.entries(where))
      expect([place, form, text.includes(form)]).toEqual([place, form, false]);
  }
  expect(shown).toEqual([]);
}

test.each(['text', 'json'])(
  'whatever the agent prints, commits or says, no credential is in the log in %s or in what is delivered',
  async (format) => {
    const run = await spawned('PRINT', format);
    expect(run.result).toMatchObject({ outcome: 'delivered' });
    await expectNothingOut(run);
    const message = await gitIn(world.repository.dir, 'log', '-1', '--format=%B', run.result.commit);
    expect(message).toContain('They are *** and ***.');
    expect(message).toContain('- use ***');
    expect(message.replaceAll(/[^\w]/g, '')).not.toContain(MODEL_KEY.replaceAll(/[^\w]/g, ''));
    expect(message).toMatch(/\n\nAgent-Run: .*\nAgent-Outcome: delivered$/);
  },
  PATIENCE,
);

test(
  'whatever the agent writes into files, their names and links, no credential is in what is saved, and the rest is',
  async () => {
    const run = await spawned('KEEP', 'json');
    expect(run.result).toMatchObject({ outcome: 'agent-failed', salvage: { pushed: true } });
    await expectNothingOut(run);
    const { commit } = run.result.salvage;
    const names = await gitIn(world.repository.dir, 'diff', '--name-only', run.result.baseCommit, commit);
    // The model named one after its own key, which the door has taken out of its words.
    expect(names).toBe('work.txt\nx-***.txt');
  },
  PATIENCE,
);

test(
  'a credential that is renewed while the agent works is the one that pushes, and neither is shown',
  async () => {
    let renewed = false;
    const run = await spawned('WAIT', 'json', (line, root) => {
      if (renewed || !line.includes('work.txt')) return;
      renewed = true;
      world.git.setPassword('x-access-token', RENEWED);
      for (const folder of ['var/run/secrets/agent-runner/git', 'given'])
        writeFileSync(join(root, folder, 'password'), RENEWED);
      writeFileSync(join(root, 'renewed'), '');
    });
    expect(run.result).toMatchObject({ outcome: 'delivered' });
    await expectNothingOut(run);
    expect(run.log.join('\n')).toContain('It is *** now, and was ***.');
  },
  PATIENCE,
);
