// @ts-check

/** The SPECs of the orchestrator and of the runner have the same sections. */
const SPEC_SECTIONS =
  'Purpose Scope Out Flow Git Component Template Dockerfile Helm Spawn Log Pod Kit Context Namespace RBAC Secret ' +
  'Image Layout Question Dependency Acceptance';

/**
 * The five documents. `sections` are the words that an id may begin with, in the order of the document. F, NF, T and Q
 * are the PRD's own.
 */
export const DOCUMENTS = /** @type {const} */ ({
  prd: {
    title: 'PRD of the runner',
    sections: 'Problem Story F NF Must Should Out Design Alternative T Milestone Q Risk Metric Term Deploy',
  },
  oldSpec: { title: 'SPEC of the orchestrator', sections: SPEC_SECTIONS },
  spec: { title: 'SPEC of the runner', sections: SPEC_SECTIONS },
  readme: {
    title: 'README of the orchestrator',
    sections:
      'Overview Feature Design Prerequisite Deploy Store Build Kit Spawn Script Variable Parameter GitOps Layout ' +
      'Development Security Uninstall License',
  },
  platform: {
    title: 'PRD of the agent platform',
    sections:
      'Problem Solution Assumption Choice Goal Non-goal Persona Role Journey Control Auth Scope Data Image Attach ' +
      'Session GitHub SDK UI Quality Entity Resource Acceptance Risk Question Milestone',
  },
});
