/** Name of the chart, and start of the names of its helpers. */
export const CHART_NAME = 'agentic-sdlc-agent-runner';
