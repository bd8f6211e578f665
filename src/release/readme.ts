import { CHART_NAME } from '../helm/name.js';
import { fieldTable } from '../schema/table.js';
import { chartSchema } from './values.js';

/** The chart's README, with every value. */
export const chartReadme = (): string => `# ${CHART_NAME}

Everything a namespace needs so that \`spawn-task\` can run \`[ASYNC]\` tasks of spec-kit, each in its own pod:
identities, rights, quota, credentials and the settings of the runs. Runs are not part of the chart: \`spawn-task\`
renders each run from the settings that the chart puts into the namespace.

\`\`\`sh
helm upgrade --install ${CHART_NAME} . --namespace agent-runner --create-namespace \\
  --set 'git.repositories={https://github.com/my-org/}'
\`\`\`

The chart installs into the namespace of the release. Label that namespace for the Pod Security standard "restricted":
the notes after the installation show the command.

\`values.schema.json\` refuses values of the wrong type. \`templates/_validate.tpl\` refuses values that do not fit
together. Each message names the value. A list replaces the default list. The elements of a list have no defaults.

## Values

${fieldTable(chartSchema)}
`;
