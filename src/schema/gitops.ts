import { z } from 'zod';
import { dnsLabel, given } from './fields.js';

/** When Argo CD may sync. */
const syncWindow = z.strictObject({
  kind: z
    .enum(['allow', 'deny'])
    .describe('allow: syncs outside of all allow windows are denied. deny: syncs inside this window are denied.'),
  schedule: z
    .string()
    .regex(/^\S+( \S+){4}$/, 'is not a cron expression of five fields')
    .describe('Start, as a cron expression like 0 8 * * 1-4.'),
  duration: z
    .string()
    .regex(/^\d+[mh]$/, 'is not a duration like 8h')
    .describe('Length of the window, like 8h.'),
  timeZone: given.default('UTC').describe('Time zone of the schedule, like Europe/Berlin.'),
  manualSync: z.boolean().default(false).describe('Whether a person may sync by hand when syncs are denied.'),
});

/** How Argo CD installs the environment. The chart has no such values, since Argo CD is what installs the chart. */
export const gitops = z
  .strictObject({
    repoURL: z
      .string()
      .regex(/^[^\s*]+$/, 'is not the URL of a repository')
      .default('https://git.example.com/my-org/agentic-sdlc-agent-runner.git')
      .describe('Repository that Argo CD reads dist/ from. The Argo CD project may use no other one.'),
    path: z
      .string()
      .regex(/^\w[\w-]*(\/\w[\w-]*)*$/, 'is not a folder of the repository, like dist')
      .default('dist')
      .describe('Folder of that repository with the rendered output.'),
    targetRevision: z
      .string()
      .regex(/^[^\s*]+$/, 'is not a branch, tag or commit')
      .default('main')
      .describe('Branch, tag or commit to install.'),
    server: z
      .string()
      .regex(/^https:\/\/[^\s*]+$/, 'is not the URL of an API server')
      .default('https://kubernetes.default.svc')
      .describe('API server of the cluster.'),
    argoNamespace: dnsLabel.default('argocd').describe('Namespace of Argo CD.'),
    automated: z
      .boolean()
      .default(false)
      .describe('Sync automatically, undo changes made by hand, and delete objects that are no longer in Git.'),
    syncWindows: z.array(syncWindow).default([]).describe('When syncs are allowed or denied. Empty: always allowed.'),
  })
  .prefault({});
