import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { AgentConfig, type AgentConfigProps } from '../../src/constructs/agent-config.js';
import { AGENT_ENTRY } from '../../src/run/agent-entry.js';
import { parseSettings } from '../../src/run/settings.js';
import { settings } from '../run/fixtures.js';

function render(props: AgentConfigProps) {
  const chart = new Chart(new App(), 'test');
  new AgentConfig(chart, 'Config', props);
  return Testing.synth(chart);
}

describe('AgentConfig', () => {
  test('renders one ConfigMap of three files from all of its props', () => {
    const all: Required<AgentConfigProps> = { settings, opencode: { model: 'p/m', share: 'disabled' } };
    const [configMap, ...others] = render(all);
    expect(others).toEqual([]);
    expect(configMap).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'agent-runner-settings' },
    });
    expect(Object.keys(configMap.data).sort()).toEqual(['agent.sh', 'opencode.json', 'settings.json']);
  });

  test('holds the settings as the commands read them', () => {
    const [{ data }] = render({ settings, opencode: {} });
    expect(parseSettings(data['settings.json'], 'here')).toEqual(settings);
  });

  test('holds the script that the agent’s container runs', () => {
    const [{ data }] = render({ settings, opencode: {} });
    expect(data['agent.sh']).toBe(AGENT_ENTRY);
    expect(AGENT_ENTRY).toMatch(/^#!\/bin\/sh\n/);
  });

  test('holds the configuration as given, whatever is in it', () => {
    const opencode = { text: '"quotes"\n{{ braces }} $(NAME)', list: [1, { deep: null }], 'ü/日本': true };
    const [{ data }] = render({ settings, opencode });
    expect(JSON.parse(data['opencode.json'])).toEqual(opencode);
  });
});
