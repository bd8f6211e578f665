import { runSettings } from '../charts/run-settings.js';
import { environments } from '../environments/index.js';
import type { RunSettings } from '../run/settings.js';

/** The settings of the environments in this package. The bundler puts their values in place of this module. */
export const builtInSettings: readonly RunSettings[] = environments.map(runSettings);
