import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHART_NAME } from '../../src/helm/name.js';
import { chartFiles } from '../../src/release/chart.js';
import { writeFiles } from '../../src/render.js';
import { helm, missingHelm } from '../../tools/helm.js';
import { template, VERSION } from '../support/chart.js';

const missing = missingHelm(3);
if (missing) console.warn(`What the notes say is not asked: ${missing}`);

(missing ? describe.skip : describe)('the notes after an installation', () => {
  let folder: string;
  let program: string;
  const chart = () => join(folder, 'chart');
  beforeAll(() => {
    program = helm(3);
    folder = mkdtempSync(join(tmpdir(), 'agent-runner-notes-'));
    writeFiles(chart(), chartFiles(VERSION));
    // helm template shows no notes: here they are an object's.
    writeFileSync(join(chart(), 'templates/shown.yaml'), `notes: {{ include "${CHART_NAME}.notes" . | quote }}\n`);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  const notes = (values: object) => template(program, chart(), 'release', 'space', values);

  test('tell of an image that is nobody’s, until one is named', () => {
    const pod = { image: { repository: 'registry.example.com/opencode' } };
    const runner = { image: { repository: 'registry.example.com/agent-runner' } };
    const named = (values: object) => notes(values).match(/registry in (\S+)/g);
    expect(named({})).toEqual(['registry in pod.image.repository', 'registry in runner.image.repository']);
    expect(named({ pod })).toEqual(['registry in runner.image.repository']);
    expect(named({ runner })).toEqual(['registry in pod.image.repository']);
    expect(named({ pod, runner })).toBeNull();
  });
  test('tell when no repository is named', () => {
    expect(notes({})).toContain('No run is possible yet');
    expect(notes({ git: { repositories: ['https://github.com/my-org/'] } })).not.toContain('No run is possible yet');
  });
  test('name the commands as they are after their installation', () => {
    expect(notes({})).toContain(' spawn-task T001 BRANCH REPOSITORY -n space --follow');
  });
});
