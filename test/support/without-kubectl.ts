import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-no-kubectl-'));
writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\necho "a command has called kubectl $*" >&2\nexit 97\n', {
  mode: 0o755,
});

/** Variables with which kubectl fails: no command needs it. */
export const WITHOUT_KUBECTL = { PATH: `${folder}${delimiter}${process.env.PATH}` };
