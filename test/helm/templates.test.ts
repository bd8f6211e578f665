import { describe, expect, test } from '@jest/globals';
import { RELEASE } from '../../src/helm/sentinels.js';
import {
  configMap,
  derive,
  each,
  FLAG,
  FRACTION,
  GIVEN,
  group,
  json,
  listOf,
  MAP,
  NUMBER,
  ODD,
  TEXT,
  thing,
} from './derived.js';

const someTexts = ODD.map((a) => ({ a }));
const someNumbers = [0, -3, 443, 20_000_000].map((n) => ({ n }));

describe('a value', () => {
  test('that is a text is quoted', () => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ x: a })]);
    expect(derived.text).toContain('\nx: {{ .Values.a | quote }}\n');
    derived.holdsFor(someTexts);
  });

  test('that is part of a text is printed into it, with the percent signs of the text doubled', () => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ x: `100%-${a}-%d` })]);
    expect(derived.text).toContain('\nx: {{ printf "100%%-%v-%%d" .Values.a | quote }}\n');
    derived.holdsFor(someTexts);
  });

  test('that is a number stays a whole one, however large', () => {
    const derived = derive({ n: NUMBER }, ({ n }: { n: number }) => [thing({ x: n })]);
    expect(derived.text).toContain('\nx: {{ .Values.n | int64 }}\n');
    derived.holdsFor(someNumbers);
  });

  test('that is a number with a fraction stays one, however large or small', () => {
    const derived = derive({ n: FRACTION }, ({ n }: { n: number }) => [thing({ x: n, y: `${n} dollars` })]);
    expect(derived.text).toContain('\nx: {{ .Values.n | toJson }}\n');
    expect(derived.text).toContain('\n"y": {{ printf "%v dollars" (toJson .Values.n) | quote }}\n');
    derived.holdsFor([0, 0.1, 3.75, 1e-7, 20_000_000, 1e21].map((n) => ({ n })));
  });

  test('that is a number written as a text is quoted', () => {
    const derived = derive({ n: NUMBER }, ({ n }: { n: number }) => [thing({ x: String(n), z: `1/${n}` })]);
    expect(derived.text).toContain('\nx: {{ .Values.n | int64 | quote }}\n');
    expect(derived.text).toContain('\nz: {{ printf "1/%v" (int64 .Values.n) | quote }}\n');
    derived.holdsFor(someNumbers);
  });

  test('can be the name of a field', () => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ x: { [`"%${a}`]: 'there' } })]);
    expect(derived.text).toContain('  {{ printf "\\"%%%v" .Values.a | quote }}: there\n');
    derived.holdsFor(someTexts);
  });

  test('with a dash in its name is found by index', () => {
    const derived = derive({ 'a-b': GIVEN }, (values: { 'a-b': string }) => [thing({ x: values['a-b'] })]);
    expect(derived.text).toContain('\nx: {{ (index .Values "a-b") | quote }}\n');
    derived.holdsFor([{ 'a-b': 'q' }]);
  });

  test('that is a group taken over whole is written whole', () => {
    const derived = derive({ g: group({ a: GIVEN, n: NUMBER }) }, ({ g }: { g: object }) => [thing({ x: g })]);
    expect(derived.text).toContain('\nx:\n  {{- toYaml .Values.g | nindent 2 }}\n');
    derived.holdsFor(ODD.map((a) => ({ g: { a, n: 20_000_000 } })));
  });
});

describe('a map among the values', () => {
  type Labels = { readonly m: Readonly<Record<string, string>> };
  const someMaps: Labels[] = [{}, { a: 'b' }, { on: 'no', '1': '2', 'a.b/c': 'line\n' }].map((m) => ({ m }));

  test('is written whole', () => {
    const derived = derive({ m: MAP }, ({ m }: Labels) => [thing({ x: m })]);
    expect(derived.text).toContain('\nx:\n  {{- toYaml .Values.m | nindent 2 }}\n');
    derived.holdsFor(someMaps);
  });

  test('is added to the fields beside it', () => {
    const derived = derive({ m: MAP }, ({ m }: Labels) => [thing({ x: { k: 'v', ...m } })]);
    expect(derived.text).toContain(
      '\nx:\n  k: v\n  {{- with .Values.m }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n',
    );
    derived.holdsFor(someMaps);
  });

  test('leaves an empty map where it is empty, and two of them where both are', () => {
    type Two = { readonly m: object; readonly n: object };
    const derived = derive({ m: MAP, n: MAP }, ({ m, n }: Two) => [thing({ x: { ...m, ...n } })]);
    expect(derived.text).toContain('\n  {}\n');
    derived.holdsFor(each<Two>({ m: [{}, { a: 'b' }], n: [{}, { c: 'd' }] }));
  });
});

describe('what the objects say themselves', () => {
  test('is escaped where it holds {{', () => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ x: '{{ .value }}\n', y: a })]);
    expect(derived.text).toContain('\nx: {{ "{{ .value }}\\n" | quote }}\n');
    derived.holdsFor([{ a: 'q' }]);
  });

  test.each([
    ['with', '#!/bin/sh\n\nif true; then\n  id # x\nfi\n', '|'],
    ['without', 'one\n\n  two', '|-'],
  ])('is a block where it has several lines, %s a line break at its end', (_, script, sign) => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ m: { script }, a })]);
    expect(derived.text).toContain(`\n  script: ${sign}\n    ${script.split('\n')[0]}\n\n`);
    derived.holdsFor([{ a: 'q' }]);
  });

  test.each(['one \ntwo', ' one\ntwo', 'one\ntwo\n\n', 'one\t\n', 'one\n{{ two }}', 'one\n', '\n', 'one\ntwo '])(
    'is quoted where a block would change it: %j',
    (script) => {
      const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ m: { script }, a })]);
      expect(derived.text).not.toContain('script: |');
      derived.holdsFor([{ a: 'q' }]);
    },
  );

  test('stays text where YAML would read something else', () => {
    const words = ['on', 'no', 'y', 'null', '~', '0755', '1e3', '1_000', 'a: b', '- a', '# a', '', 'a/b.c-d', '}}'];
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [
      thing({ words, a, ...Object.fromEntries(words.map((word, index) => [word, index])) }),
    ]);
    derived.holdsFor([{ a: 'q' }]);
    for (const word of words.slice(0, -2)) expect(derived.text).toContain(`  - ${JSON.stringify(word)}\n`);
  });

  test('stays a number, a flag, null, or empty', () => {
    const literals = { n: 1.5, f: false, t: true, nothing: null, list: [], map: {}, lists: [['a', 'b'], []] };
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) => [thing({ ...literals, a })]);
    expect(derived.text).toContain('\n"n": 1.5\nf: false\nt: true\nnothing: null\nlist: []\nmap: {}\n');
    derived.holdsFor([{ a: 'q' }]);
  });
});

describe('what the release says', () => {
  test('is taken from it: the namespace, the name, the labels', () => {
    const { namespace, fullname, labels } = RELEASE;
    const { text } = derive({ a: GIVEN }, ({ a }: { a: string }) => [
      thing({ metadata: { name: `${fullname}-viewer`, namespace, labels }, x: a }),
    ]);
    expect(text).toContain('  name: {{ printf "%v-viewer" (include "agentic-sdlc-agent-runner.fullname" .) | quote }}');
    expect(text).toContain('  namespace: {{ .Release.Namespace | quote }}\n');
    expect(text).toContain('  labels:\n    {{- include "agentic-sdlc-agent-runner.labels" . | nindent 4 }}\n');
  });

  test('is found from inside of a list, too', () => {
    const { namespace, fullname, labels } = RELEASE;
    const { text } = derive({ l: listOf(GIVEN) }, ({ l }: { l: string[] }) =>
      l.map((name) => thing({ metadata: { name, namespace, labels }, x: fullname })),
    );
    expect(text).toContain('  namespace: {{ $.Release.Namespace | quote }}\n');
    expect(text).toContain('\nx: {{ (include "agentic-sdlc-agent-runner.fullname" $) | quote }}\n');
    expect(text).toContain('include "agentic-sdlc-agent-runner.labels" $ |');
  });
});

describe('a JSON document in a text', () => {
  test('is a named template that is read as YAML and printed as JSON', () => {
    type Both = { readonly a: string; readonly s: string; readonly f: boolean };
    const derived = derive({ a: GIVEN, s: TEXT, f: FLAG }, ({ a, s, f }: Both) => [
      configMap({ 'one.json': json({ a, l: f ? ['x'] : [], ...(s && { s }) }), 'two.json': json({ a }) }),
    ]);
    expect(derived.text).toContain(
      '{{- define "agentic-sdlc-agent-runner.two" -}}\na: {{ .Values.a | quote }}\n{{- end }}',
    );
    expect(derived.text).toContain(
      '\n  two.json: |\n    {{- include "agentic-sdlc-agent-runner.two" . | fromYaml | toPrettyJson | nindent 4 }}\n',
    );
    derived.holdsFor(each<Both>({ a: ODD, s: ['', '<b>&amp;'], f: [true, false] }));
  });

  test('has a name of its own, also where others are below the same key', () => {
    const derived = derive({ a: GIVEN }, ({ a }: { a: string }) =>
      ['a', 'b'].map((name) => configMap({ 'a.json': json({ [name]: a }) }, name)),
    );
    derived.holdsFor([{ a: 'q' }]);
  });

  test('can be there at times alone', () => {
    type Both = { readonly a: string; readonly f: boolean };
    const derived = derive({ a: GIVEN, f: FLAG }, ({ a, f }: Both) => [
      configMap({ ...(f && { 'a.json': json({ a }) }), 'b.json': json({ b: 1 }) }),
    ]);
    derived.holdsFor(each<Both>({ a: ['q', '"'], f: [true, false] }));
    expect(derived.text).toContain('\n  {{- if .Values.f }}\n  a.json: |\n');
  });
});

test('there is a file for each kind, with a document for each object', () => {
  const { files } = derive({ a: GIVEN }, ({ a }: { a: string }) => [
    thing({ a }, 'one'),
    configMap(),
    thing({}, 'two'),
  ]);
  expect([...files.keys()]).toEqual(['thing.yaml', 'configmap.yaml']);
  expect(files.get('thing.yaml')?.match(/^---$/gm)).toHaveLength(2);
});
