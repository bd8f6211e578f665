import * as inputs from '../../src/environments/index.js';

import { planRun } from '../../src/run/request.js';
import type { RunSettings } from '../../src/run/settings.js';
import { defineEnvironments } from '../../src/schema/environment.js';
import { problemsOf } from '../run/fixtures.js';

/** Whatever environments src/environments has: they are the user's. */
export const site = defineEnvironments(Object.values(inputs));

/** A repository that an environment allows, whatever its prefixes are. */
export function allowedRepository(settings: RunSettings): string {
  const [prefix = ''] = settings.repositories;
  const below = ['', '/name', '/owner/name'].map((path) => `${prefix.replace(/\/$/, '')}${path}`);
  const isAllowed = (repo: string) =>
    problemsOf(() => planRun(settings, { task: 'T001', branch: 'main', repo })).length === 0;
  return [settings.defaultRepo, ...below].find(isAllowed) ?? '';
}
