/** Name of the chart. The names of its named templates start with it. */
export const CHART_NAME = 'agentic-sdlc-agent-runner';
