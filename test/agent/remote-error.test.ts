import { expect, test } from '@jest/globals';
import { remoteErrorOf } from '../../src/agent/remote-error.js';

test.each(['openssl_tools', 'gnutls', 'plain'])(
  'a refusal is none of the network, whatever the repository is called: %s',
  (name) => {
    const words = [
      'remote: branches are frozen',
      `To https://git.example.com/demo/${name}`,
      ` ! [remote rejected] abc -> 012-${name}-t001 (pre-receive hook declined)`,
      `error: failed to push some refs to 'https://git.example.com/demo/${name}'`,
    ];
    expect(remoteErrorOf(words.join('\n'))).toBe('refused');
  },
);
