import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { startAttacks, TRAP, working } from './attack.js';
import { PATIENCE } from './steps.js';

/** Everything that a configuration can bend towards another repository or another program. */
const BEND = `
printf '%s' '${TRAP}' > $R/trap; chmod +x $R/trap; mkdir -p $R/hooks
for hook in pre-push reference-transaction post-index-change; do cp $R/trap $R/hooks/$hook; done
bend() {
  git config --file $1 url.$OTHER.insteadOf $URL
  git config --file $1 url.$OTHER.pushInsteadOf $URL
  git config --file $1 credential.helper "!$R/trap"
  git config --file $1 core.sshCommand $R/trap
  git config --file $1 core.hooksPath $R/hooks
  git config --file $1 core.fsmonitor $R/trap
  git config --file $1 core.askPass $R/trap
  git config --file $1 core.attributesFile $R/attributes
  git config --file $1 filter.evil.clean $R/trap
  git config --file $1 remote.origin.url $OTHER
  git config --file $1 remote.origin.pushurl $OTHER
  git config --file $1 remote.origin.receivepack $R/trap
  git config --file $1 remote.$URL.pushurl $OTHER
  git config --file $1 http.proxy http://127.0.0.1:1
}
echo '* filter=evil' > $R/attributes
`;

const scripts = {
  CLONE: working(`${BEND}
    for file in $C/.git/config $C/.git/config.worktree $C/.git/worktrees/*/config.worktree; do bend $file; done
    git config --file $C/.git/config extensions.worktreeConfig true
    cp $R/trap $C/.git/hooks/pre-push`),
  DELIVERY: working(`${BEND}
    bend $R/bent
    export R; env -i R=$R setsid sh -c '
      while :; do for config in $R/control/commit-*/config; do cp $R/bent $config; done; done' > /dev/null 2>&1 &
    sleep 1`),
  HOME: working(`${BEND}
    bend $R/bent; mkdir -p ~/.config/git ~/.ssh
    cp $R/bent ~/.gitconfig; cp $R/bent ~/.config/git/config
    echo 'work.txt' > ~/.config/git/ignore; cp $R/attributes ~/.config/git/attributes
    echo 'machine 127.0.0.1 login evil password evil' > ~/.netrc
    echo 'proxy = http://127.0.0.1:1' > ~/.curlrc
    printf 'Host *\\n  ProxyCommand %s\\n' $R/trap > ~/.ssh/config`),
  PATHS: working(`${BEND}
    mkdir -p ~/bin ~/.local/bin
    for folder in ~/bin ~/.local/bin $TMPDIR $C $C/.git; do
      for name in git ssh node git-remote-http chmod; do cp $R/trap $folder/$name; done
    done
    cp $R/trap $W/git; git update-index --add git; echo git >> $C/.git/info/exclude
    printf 'PATH=%s\\n' ~/bin | tee ~/.profile ~/.bashrc ~/.bash_profile > /dev/null`),
  SIGNED: working(`${BEND}
    git config log.showSignature true; git config gpg.program $R/trap
    git add work.txt; git -c user.name=a -c user.email=a@b commit -qm 'Signed by nobody'
    signed=$(git cat-file commit HEAD | sed '0,/^$/s//gpgsig -----BEGIN PGP SIGNATURE-----\\n x\\n -----END PGP SIGNATURE-----\\n/' |
      git hash-object -t commit -w --stdin)
    git update-ref HEAD $signed`),
  MISSING: working(`${BEND}
    git config extensions.partialClone evil; git config remote.evil.url ssh://evil/evil; git config remote.evil.promisor true
    git config core.sshCommand $R/trap
    echo 1111111111111111111111111111111111111111 > $(git rev-parse --git-dir)/HEAD`),
  CHECKPOINT: working(`${BEND}
    until git ls-remote $DOOR 'refs/agent-runner/*' | grep -q wip; do sleep 1; done
    echo more > more.txt
    for folder in $R/control/commit-*; do
      cp $R/hooks/* $folder/hooks; rm -rf $folder/refs/* $folder/objects/*; echo nonsense > $folder/index
      rm $folder/HEAD; mkfifo $folder/HEAD
    done
    sleep 3`),
};

let world: Awaited<ReturnType<typeof startAttacks>>;
beforeAll(async () => {
  world = await startAttacks(scripts);
});
afterAll(() => world.close());

describe('a run is delivered to its own repository, and runs nothing of the agent’s, whatever the agent wrote', () => {
  test.each([
    ['into the configuration of its clone', 'CLONE'],
    ['into the repositories that the program makes, as long as it can', 'DELIVERY'],
    ['into its home', 'HOME'],
    ['into a commit whose signature its own program is to look at', 'SIGNED'],
    ['under the names of programs', 'PATHS'],
  ] as const)(
    '%s',
    async (_, name) => {
      const run = await world.attacked(name);
      await world.expectHonest(run, ['delivered']);
      expect(existsSync(join(run.root, 'home/runner/tmp/sprung'))).toBe(false);
    },
    PATIENCE,
  );
  test(
    'into HEAD, which names a commit that its own program is to fetch: what the files stand on is then not known',
    async () => {
      const run = await world.attacked('MISSING');
      await world.expectHonest(run, ['agent-failed']);
      expect(await gitIn(world.repository.dir, 'show', `${run.result.salvage.commit}:work.txt`)).toBe('work');
      expect(existsSync(join(run.root, 'home/runner/tmp/sprung'))).toBe(false);
    },
    PATIENCE,
  );
  test(
    'into the repository of its checkpoints',
    async () => {
      const run = await world.attacked('CHECKPOINT', { settings: { checkpointSeconds: 1 } });
      await world.expectHonest(run, ['delivered']);
      expect(await gitIn(world.repository.dir, 'show', `${run.result.commit}:more.txt`)).toBe('more');
      expect(existsSync(join(run.root, 'home/runner/tmp/sprung'))).toBe(false);
      expect(await gitIn(world.repository.dir, 'for-each-ref', 'refs/agent-runner')).toBe('');
    },
    PATIENCE,
  );
});
