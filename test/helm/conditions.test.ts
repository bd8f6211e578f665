import { describe, expect, test } from '@jest/globals';
import { BOTH, choiceOf, derive, each, FLAG, GIVEN, MAYBE, NUMBER, ODD, TEXT, thing } from './derived.js';

describe('a flag', () => {
  type Flag = { readonly f: boolean };
  const flags = each<Flag>({ f: BOTH });

  test('that an object is there for wraps its document', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({}), ...(f ? [thing({ x: 1 }, 'b')] : [])]);
    expect(derived.text).toContain('\n{{- if .Values.f }}\n---\nkind: Thing\n');
    derived.holdsFor(flags);
  });

  test('that an object is not there for wraps its document, negated', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({}), ...(f ? [] : [thing({ x: 1 }, 'b')])]);
    expect(derived.text).toContain('\n{{- if not .Values.f }}\n---\nkind: Thing\n');
    derived.holdsFor(flags);
  });

  test('that a field is there for wraps it', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({ ...(f && { x: 1 }), y: 2 })]);
    expect(derived.text).toContain('\n{{- if .Values.f }}\nx: 1\n{{- end }}\n');
    derived.holdsFor(flags);
  });

  test('that a field is not there for wraps it, negated', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({ ...(!f && { x: 1 }), y: 2 })]);
    expect(derived.text).toContain('\n{{- if not .Values.f }}\nx: 1\n{{- end }}\n');
    derived.holdsFor(flags);
  });

  test('that several neighbours are there for wraps them once', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({ ...(f && { x: 1, z: [f] }), y: 2 })]);
    expect(derived.text.match(/\{\{- if/g)).toHaveLength(1);
    derived.holdsFor(flags);
  });

  test('is written as it is, and turned round', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({ x: f, no: !f, z: `is ${f}` })]);
    expect(derived.text).toContain('\nx: {{ .Values.f }}\n');
    expect(derived.text).toContain('{{ if .Values.f }}false{{ else }}true{{ end }}');
    derived.holdsFor(flags);
  });

  test('chooses between two ways to write a field', () => {
    const derived = derive({ f: FLAG, a: GIVEN }, ({ f, a }: Flag & { a: string }) => [
      thing({ x: f ? { a } : [a, 'more'], z: [f ? { one: 1 } : { two: { a } }] }),
    ]);
    expect(derived.text).toContain('\n  {{- else }}\n');
    derived.holdsFor(each({ f: BOTH, a: ODD }));
  });

  test('counts together with another that it stands beside', () => {
    type Two = Flag & { readonly g: boolean };
    const derived = derive({ f: FLAG, g: FLAG }, ({ f, g }: Two) => [thing({ ...(f && g && { x: 1 }) })]);
    expect(derived.text).toContain('{{- if and .Values.f .Values.g }}\nx: 1\n');
    derived.holdsFor(each<Two>({ f: BOTH, g: BOTH }));
  });

  test('leaves an empty list where the only element goes with it, and never null', () => {
    const derived = derive({ f: FLAG }, ({ f }: Flag) => [thing({ x: f ? ['one'] : [], no: f ? [] : [{ a: 1 }] })]);
    expect(derived.text).toContain('\n  {{- if .Values.f }}\n  - one\n  {{- else }}\n  []\n  {{- end }}\n');
    derived.holdsFor(flags);
  });
});

describe('a flag that may be absent', () => {
  type Maybe = { readonly f?: boolean };
  const all: Maybe[] = [{ f: true }, { f: false }, {}];

  test('is written where it is given, true or false', () => {
    const derived = derive({ f: MAYBE }, ({ f }: Maybe) => [thing({ ...(f !== undefined && { x: f }) })]);
    expect(derived.text).toContain('{{- if not (kindIs "invalid" .Values.f) }}\nx: {{ .Values.f }}\n');
    derived.holdsFor(all);
  });

  test('can decide whether a document is there', () => {
    const derived = derive({ f: MAYBE }, ({ f }: Maybe) => [
      thing({ ...(f && { only: 1 }) }),
      ...(f === undefined ? [] : [thing({ x: f }, 'b')]),
    ]);
    expect(derived.text).toContain('{{- if not (kindIs "invalid" .Values.f) }}\n---\n');
    derived.holdsFor(all);
  });

  test('that is absent can count as false', () => {
    const derived = derive({ f: MAYBE }, ({ f = false }: Maybe) => [thing({ x: f })]);
    derived.holdsFor(all);
  });
  test.each<[string, (f: boolean | undefined) => unknown]>([
    ['null', (f) => f ?? null],
    ['a word', (f) => (f === undefined ? 'unknown' : `is ${f}`)],
  ])('that is absent can count as %s', (_, as) => {
    derive({ f: MAYBE }, ({ f }: Maybe) => [thing({ x: as(f) })]).holdsFor(all);
  });
});

describe('a text that may be empty', () => {
  type Two = { readonly a: string; readonly b: string };
  const properties = { a: TEXT, b: TEXT };
  const all = each<Two>({ a: ODD, b: ['', 'q'] });

  test('takes the field with it', () => {
    const derived = derive(properties, ({ a, b }: Two) => [thing({ ...(a && { x: a }), b })]);
    expect(derived.text).toContain('\n{{- if .Values.a }}\nx: {{ .Values.a | quote }}\n{{- end }}\nb: {{ .Values.b');
    derived.holdsFor(all);
  });

  test('is written, empty, where nothing depends on it', () => {
    const derived = derive(properties, ({ a, b }: Two) => [thing({ x: a, y: `${a}-${b}` })]);
    expect(derived.text).not.toContain('if');
    derived.holdsFor(all);
  });

  test('gives way to another one', () => {
    const derived = derive(properties, ({ a, b }: Two) => [thing({ x: a || b })]);
    expect(derived.text).toContain(
      '\nx: {{ if .Values.a }}{{ .Values.a | quote }}{{ else }}{{ .Values.b | quote }}{{ end }}\n',
    );
    derived.holdsFor(all);
  });

  test('leaves an empty map where it was the only field, and never null', () => {
    const derived = derive(properties, ({ a, b }: Two) => [thing({ x: { ...(a && { a }), ...(b && { b }) } })]);
    expect(derived.text).toContain('\n  {{- if or .Values.a .Values.b }}\n');
    expect(derived.text).toContain('\n  {{- else }}\n  {}\n  {{- end }}\n');
    derived.holdsFor(all);
  });
});

describe('an enum', () => {
  type Choice = { readonly e: 'one' | 'two' | 'three' };
  const properties = { e: choiceOf('two', 'one', 'three') };
  const all = each<Choice>({ e: ['one', 'two', 'three'] });

  test('is written as text', () => {
    const derived = derive(properties, ({ e }: Choice) => [thing({ x: e })]);
    expect(derived.text).toContain('\nx: {{ .Values.e | quote }}\n');
    derived.holdsFor(all);
  });

  test('removes documents and fields', () => {
    const derived = derive(properties, ({ e }: Choice) => [
      thing({ ...(e === 'two' && { default: 1 }), ...(e !== 'two' && { other: 1 }) }),
      ...(e === 'three' ? [thing({}, 'b')] : [thing({}, 'c')]),
    ]);
    expect(derived.text).toContain('{{- if eq .Values.e "two" }}\ndefault: 1\n');
    expect(derived.text).toContain('{{- if eq .Values.e "one" "three" }}\nother: 1\n');
    expect(derived.text).toContain('{{- if eq .Values.e "three" }}\n---\n');
    derived.holdsFor(all);
  });

  test('leaves no empty map to think of where each option has a field', () => {
    const derived = derive(properties, ({ e }: Choice) => [thing({ x: e === 'two' ? { a: 1 } : { b: { c: 2 } } })]);
    expect(derived.text).not.toContain('{}');
    derived.holdsFor(all);
  });

  test('chooses what is written, the same for two of its options', () => {
    const derived = derive({ ...properties, n: NUMBER }, ({ e, n }: Choice & { n: number }) => [
      thing({ x: { one: n, two: `is-${e}`, three: n }[e], y: e === 'one' ? { a: 1 } : e === 'two' ? [1] : 'c' }),
    ]);
    expect(derived.text).toContain('{{ if eq .Values.e "one" "three" }}');
    derived.holdsFor(each({ e: ['one', 'two', 'three'] as const, n: [0, 20_000_000] }));
  });
});
