import * as environments from './environments/index.js';
import { synth } from './synth.js';

// The cdk8s app: it writes `dist`.
synth(Object.values(environments));
