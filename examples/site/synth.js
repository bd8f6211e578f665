import { synth } from 'agentic-sdlc-agent-runner';
import * as environments from './environments.js';

synth(Object.values(environments));
