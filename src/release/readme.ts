import { fieldTable } from '../environments/table.js';
import { CHART_NAME } from '../helm/name.js';
import { chartSchema } from './values.js';

/** The chart's README, with every value. */
export const chartReadme = (): string => `# ${CHART_NAME}

What a namespace needs so that \`spawn-task\` can run \`[ASYNC]\` tasks of spec-kit in pods of their own: identities, rights,
quota, credentials and the settings of the runs. A run is not part of the chart: \`spawn-task\` renders each one from the
settings that the chart put into the namespace.

\`\`\`sh
helm upgrade --install ${CHART_NAME} . --namespace agent-runner --create-namespace --set 'git.repositories={https://github.com/my-org/}'
\`\`\`

The namespace is the release's. Hold it to the Pod Security standard "restricted": the notes after the installation name the
command.

Values that do not fit their type are refused by \`values.schema.json\`, those that do not fit together by
\`templates/_validate.tpl\`, each with a message that names the value. A list replaces the list of the defaults; its elements
have no defaults.

## Values

${fieldTable(chartSchema)}
`;
