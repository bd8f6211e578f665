import { CONTAINER_RULES } from './container-rules.js';
import { INPUT_RULES } from './input-rules.js';
import { POD_RULES } from './pod-rules.js';
import type { AdmissionRule } from './policy.js';
import { RUN_RULES } from './run-rules.js';

/**
 * The rules for a new pod, in CEL: it must be a pod that AgentPod makes. They are the same in every namespace. The API
 * server reports the first broken rule to the user.
 */
export const SPAWN_RULES: readonly AdmissionRule[] = [...RUN_RULES, ...POD_RULES, ...CONTAINER_RULES, ...INPUT_RULES];
