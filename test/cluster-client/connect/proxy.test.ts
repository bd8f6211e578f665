import { expect, test } from '@jest/globals';
import { proxyFromEnvironment } from '../../../src/cluster/connect/proxy.js';

const HTTPS_PROXY = 'http://proxy.test:3128/';
const API = 'https://api.test:6443';

test.each<[string, string, NodeJS.ProcessEnv, string | undefined]>([
  ['nothing is set', API, {}, undefined],
  ['there is one for HTTPS', API, { HTTPS_PROXY }, HTTPS_PROXY],
  ['it is set in small letters', API, { https_proxy: HTTPS_PROXY }, HTTPS_PROXY],
  ['it has no scheme', API, { HTTPS_PROXY: 'proxy.test:3128' }, HTTPS_PROXY],
  ['there is one for HTTP alone', API, { HTTP_PROXY: HTTPS_PROXY }, undefined],
  [
    'the server has no TLS',
    'http://api.test',
    { HTTP_PROXY: HTTPS_PROXY, HTTPS_PROXY: 'http://other.test' },
    HTTPS_PROXY,
  ],
  ['the server is this machine, by name', 'https://localhost:6443', { HTTPS_PROXY }, undefined],
  ['the server is this machine', 'https://127.0.0.1:6443', { HTTPS_PROXY }, undefined],
  ['the server is this machine, by IPv6', 'https://[::1]:6443', { HTTPS_PROXY }, undefined],
  ['NO_PROXY names it', API, { HTTPS_PROXY, NO_PROXY: 'a.test, API.test' }, undefined],
  ['NO_PROXY names its domain', API, { HTTPS_PROXY, no_proxy: 'test' }, undefined],
  ['NO_PROXY names its domain with a dot', API, { HTTPS_PROXY, NO_PROXY: '.test' }, undefined],
  ['NO_PROXY names its domain with a star', API, { HTTPS_PROXY, NO_PROXY: '*.test' }, undefined],
  ['NO_PROXY names the subdomains of it', API, { HTTPS_PROXY, NO_PROXY: '.api.test' }, HTTPS_PROXY],
  ['NO_PROXY names the end of a word', API, { HTTPS_PROXY, NO_PROXY: 'i.test' }, HTTPS_PROXY],
  ['NO_PROXY names all', API, { HTTPS_PROXY, NO_PROXY: '*' }, undefined],
  ['NO_PROXY names it with its port', API, { HTTPS_PROXY, NO_PROXY: 'api.test:6443' }, undefined],
  ['NO_PROXY names it with another port', API, { HTTPS_PROXY, NO_PROXY: 'api.test:443' }, HTTPS_PROXY],
  ['NO_PROXY names its port by default', 'https://api.test', { HTTPS_PROXY, NO_PROXY: 'api.test:443' }, undefined],
  ['NO_PROXY names its address', 'https://10.1.2.3:6443', { HTTPS_PROXY, NO_PROXY: '10.1.2.3' }, undefined],
  ['NO_PROXY names its range', 'https://10.1.2.3:6443', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['NO_PROXY names another range', 'https://11.1.2.3:6443', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' }, HTTPS_PROXY],
  ['NO_PROXY names its range of IPv6', 'https://[fd00::7]:6443', { HTTPS_PROXY, NO_PROXY: 'fd00::/8' }, undefined],
  ['NO_PROXY has a range that is none', 'https://10.1.2.3', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/99,x/8' }, HTTPS_PROXY],
])('the proxy of a server where %s', (_, server, env, expected) => {
  expect(proxyFromEnvironment(server, env)).toBe(expected);
});
