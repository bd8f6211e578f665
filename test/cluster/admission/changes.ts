import { ANNOTATIONS, LABELS } from '../../../src/run/metadata.js';
import { IMAGES } from './environment.js';

/** A change of a run that must be refused by one rule. */
interface BadChange {
  readonly rule: string;
  readonly what: string;
  readonly body: object;
}

export const MERGE = 'application/merge-patch+json';
export const annotations = (one: object) => ({ metadata: { annotations: one } });

export const BAD_CHANGES: readonly BadChange[] = [
  { rule: 'labels-change', what: 'another profile', body: { metadata: { labels: { [LABELS.egress]: 'open' } } } },
  { rule: 'labels-change', what: 'a label more', body: { metadata: { labels: { app: 'database' } } } },
  { rule: 'labels-change', what: 'a label less', body: { metadata: { labels: { [LABELS.managedBy]: null } } } },
  { rule: 'annotations-change', what: 'another creator', body: annotations({ [ANNOTATIONS.createdBy]: 'eve' }) },
  { rule: 'annotations-change', what: 'no branch', body: annotations({ [ANNOTATIONS.branch]: null }) },
  { rule: 'cancelled-by', what: 'somebody else', body: annotations({ [ANNOTATIONS.cancelledBy]: 'eve' }) },
  {
    rule: 'annotations-change',
    what: 'a network of its own choice',
    body: annotations({ 'k8s.v1.cni.cncf.io/networks': 'other' }),
  },
  { rule: 'deadline-change', what: 'an earlier end, by nobody', body: { spec: { activeDeadlineSeconds: 1 } } },
  { rule: 'owner-change', what: 'a finalizer', body: { metadata: { finalizers: ['example.com/stay'] } } },
  {
    rule: 'image-change',
    what: 'another image of the runner',
    body: { spec: { containers: [{ name: 'runner', image: `${IMAGES.runner}:other` }] } },
  },
  {
    rule: 'image-change',
    what: 'another image of the agent',
    body: { spec: { initContainers: [{ name: 'agent', image: `${IMAGES.agent}:other` }] } },
  },
  { rule: 'tolerations-change', what: 'one more', body: { spec: { tolerations: [{ operator: 'Exists' }] } } },
];

/** A toleration is added, a container is changed, and what is no list is replaced. */
function mergedField(old: unknown, now: unknown): unknown {
  if (!Array.isArray(old) || !Array.isArray(now)) return now;
  return 'operator' in (now[0] as object) ? [...old, ...now] : [{ ...(old[0] as object), ...(now[0] as object) }];
}

/** What a merge patch says of a list's elements, beside what they have. */
export function merged(body: object, spec: Record<string, unknown>): object {
  const { spec: own = {}, ...rest } = body as { spec?: Record<string, unknown> };
  const lists = Object.entries(own).map(([key, items]) => [key, mergedField(spec[key], items)]);
  return { ...rest, ...(lists.length > 0 && { spec: Object.fromEntries(lists) }) };
}
