import assert from 'node:assert/strict';
import test from 'node:test';
import { defineEnvironments, planRun, runSettings } from 'agentic-sdlc-agent-runner';
import { dev, prod } from './environments.js';

const [, production] = defineEnvironments([dev, prod]);
const request = { task: 'T001', branch: '001-login' };

test('production runs on our repositories', () => {
  const { input } = planRun(runSettings(production), { ...request, repo: 'https://github.com/acme/shop' });
  assert.equal(input.taskBranch, '001-login-t001');
});

test('production runs on nobody else’s repositories', () => {
  const run = () => planRun(runSettings(production), { ...request, repo: 'https://github.com/other/shop' });
  assert.throws(run, /is not allowed in environment prod/);
});
