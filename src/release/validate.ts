import { reference } from '../helm/expression.js';
import { CHART_NAME } from '../helm/name.js';
import { type Question, type Rule, SUFFIXES } from '../schema/rule.js';
import { RULES } from '../schema/rules.js';

/** A named template that fails with every broken rule between values. */
export function validateTemplate(): string {
  const factors = Object.entries(SUFFIXES).map(
    ([suffix, factor]) => `  ${JSON.stringify(suffix)} ${factor.toFixed(3)}`,
  );
  return `{{/* Whether the last of several quantities is less than the sum of the others. */}}
{{- define "${CHART_NAME}.exceeds" -}}
{{- $factors := dict
${factors.join('\n')}
}}
{{- $amounts := list }}
{{- range . }}
{{- $amounts = append $amounts (mulf (regexFind "^[0-9.]+" . | float64) (get $factors (regexFind "[A-Za-z]*$" .))) }}
{{- end }}
{{- $sum := 0.0 }}
{{- range initial $amounts }}
{{- $sum = addf $sum . }}
{{- end }}
{{- if gt $sum (last $amounts) }}yes{{ end }}
{{- end }}

{{/* Host and path of a repository or prefix: the same for HTTPS and SSH. Plain HTTP keeps its scheme. */}}
{{- define "${CHART_NAME}.identity" -}}
{{- $url := regexReplaceAll "^[^@/:]+@([^/:]+):/*" . "ssh://\${1}/" }}
{{- $url = regexReplaceAll "^(ssh://[^/]*):22/|^(https://[^/]*):443/|^(http://[^/]*):80/" $url "\${1}\${2}\${3}/" }}
{{- $url = regexReplaceAll "^(https|ssh)://([^@/]*@)?" $url "" }}
{{- regexReplaceAll "([.]git)?/*$" $url "" }}/
{{- end }}

{{/* The rules between values, which values.schema.json cannot state. */}}
{{- define "${CHART_NAME}.validate" -}}
{{- $problems := list }}
${RULES.map(checkOf).join('\n')}
{{- with $problems }}
{{- fail (printf "values that do not fit together:\\n- %s" (join "\\n- " (uniq .))) }}
{{- end }}
{{- end }}
`;
}

function checkOf(rule: Rule): string {
  const paths = namesFor(rule);
  const collect = paths.length > 0 ? ['{{- $names := list }}', ...paths.map(addNames)] : [];
  const append = `{{- $problems = append $problems ${JSON.stringify(rule.text)} }}`;
  if (rule.kind === 'apart') {
    const [list = '', item = ''] = rule.path.split('[].');
    const [owner = '', name = ''] = item.split('.');
    const taken = [`{{- range ${value(list)} }}`, `{{- with .${owner} }}`, `{{- if has .${name} $names }}`];
    return [...collect, ...taken, append, '{{- end }}', '{{- end }}', '{{- end }}'].join('\n');
  }
  if (rule.kind === 'below') {
    const identity = (url: string) => `(include "${CHART_NAME}.identity" ${url})`;
    const isBelow = `hasPrefix ${identity('.')} ${identity(reference(rule.path, rule.of))}`;
    const look = [`{{- range ${value(rule.of)} }}`, `{{- if ${isBelow} }}{{ $outside = "" }}{{ end }}`, '{{- end }}'];
    return [`{{- $outside := ${value(rule.path)} }}`, ...look, '{{- if $outside }}', append, '{{- end }}'].join('\n');
  }
  if (rule.kind === 'among') {
    const [list = '', item] = rule.path.split('[].');
    const asked = rule.when ? [answer(rule.when)] : [];
    if (item === undefined) {
      const unknown = `and ${[...asked, value(list)].join(' ')} (not (has ${value(list)} $names))`;
      return [...collect, `{{- if ${unknown} }}`, append, '{{- end }}'].join('\n');
    }
    const unknown = [`{{- range ${value(list)} }}`, `{{- if not (has .${item} $names) }}`];
    return [...collect, ...unknown, append, '{{- end }}', '{{- end }}'].join('\n');
  }
  if (rule.kind === 'needs' && rule.must.path.includes('[]')) {
    const [list = '', item = ''] = rule.must.path.split('[].');
    const lacking = [`{{- range ${value(list)} }}`, `{{- if not .${item} }}`];
    return [
      `{{- if ${answer(rule.when)} }}`,
      ...lacking,
      append,
      ...lacking.map(() => '{{- end }}'),
      '{{- end }}',
    ].join('\n');
  }
  if (rule.kind === 'matches-none') {
    const list = rule.path.includes('[]') ? rule.path.split('[]')[0] : undefined;
    const matches = (path: string, pattern: string) =>
      `regexMatch ${JSON.stringify(pattern)} (toString ${reference(path, list)})`;
    const wrong = matches(rule.path, rule.patterns.join('|'));
    const both = rule.when ? `and (${matches(rule.when.path, rule.when.pattern)}) (${wrong})` : wrong;
    const check = [`{{- if ${both} }}`, append, '{{- end }}'];
    return (list === undefined ? check : [`{{- range ${value(list)} }}`, ...check, '{{- end }}']).join('\n');
  }
  return [...collect, `{{- if ${broken(rule)} }}`, append, '{{- end }}'].join('\n');
}

/** Paths of the names that a rule compares. */
function namesFor(rule: Rule): readonly string[] {
  switch (rule.kind) {
    case 'distinct':
      return rule.paths;
    case 'apart':
      return rule.from;
    case 'among':
      return [rule.of];
    default:
      return [];
  }
}

function addNames(path: string): string {
  const [list = '', item] = path.split('[].');
  const append = (value: string) => `$names = append $names ${value}`;
  if (item === undefined) return `{{- ${append(value(path))} }}`;
  return `{{- range ${value(list)} }}{{ ${append(reference(path, list))} }}{{ end }}`;
}

/** The condition under which a rule is broken. */
function broken(rule: Exclude<Rule, { kind: 'apart' | 'below' | 'among' | 'matches-none' }>): string {
  switch (rule.kind) {
    case 'at-most':
      return `include "${CHART_NAME}.exceeds" (list ${[...rule.quantities, rule.limit].map(value).join(' ')})`;
    case 'more-than':
      return `le (int64 ${value(rule.number)}) (int64 ${value(rule.other)})`;
    case 'distinct':
      return 'ne (len $names) (len (uniq $names))';
    case 'empty-for':
      return (
        `and ${value(rule.list)} (has ${value(rule.path)} (list ` +
        `${rule.options.map((one) => JSON.stringify(one)).join(' ')}))`
      );
    case 'needs':
      return `and ${answer(rule.when)} (not ${answer(rule.must)})`;
  }
}

function answer({ path, is, isNot, isNoneOf }: Question): string {
  if (isNoneOf) return `(not (has ${value(path)} (list ${isNoneOf.map((one) => JSON.stringify(one)).join(' ')})))`;
  if (is !== undefined) return `(eq ${value(path)} ${JSON.stringify(is)})`;
  return isNot === undefined ? value(path) : `(ne ${value(path)} ${JSON.stringify(isNot)})`;
}

const value = (path: string): string => reference(path, undefined);
