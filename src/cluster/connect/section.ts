import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { NoConnection } from '../errors.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of one entry of a kubeconfig. A field that the reader does not ask for is one that the commands do not
 * know, so {@link Section.refuseOthers} can name it.
 */
export class Section {
  private readonly asked = new Set<string>();

  /**
   * @param name what it is, for messages, like `user "ada"`
   * @param file the kubeconfig that it is in
   */
  constructor(
    readonly name: string,
    readonly file: string,
    private readonly fields: Fields,
  ) {}

  /** A value of any type. */
  value(key: string): unknown {
    this.asked.add(key);
    return this.fields[key] ?? undefined;
  }

  /** Accepts a field that changes nothing here. */
  allow(key: string): void {
    this.asked.add(key);
  }

  /** A text, or undefined if it is empty or absent. */
  text(key: string): string | undefined {
    const value = this.typed(key, 'a string', (found) => typeof found === 'string');
    return value === '' ? undefined : (value as string | undefined);
  }

  flag(key: string): boolean {
    return (this.typed(key, 'true or false', (found) => typeof found === 'boolean') as boolean | undefined) ?? false;
  }

  texts(key: string): readonly string[] {
    const isTexts = (found: unknown) => Array.isArray(found) && found.every((one) => typeof one === 'string');
    return (this.typed(key, 'a list of strings', isTexts) as string[] | undefined) ?? [];
  }

  /** A path. A relative one counts from the kubeconfig's folder. */
  path(key: string): string | undefined {
    const path = this.text(key);
    return path && resolve(dirname(this.file), path);
  }

  /** A file's content, given as Base64 in the field, or else as a path in the other one. As Base64. */
  content(dataKey: string, pathKey: string): string | undefined {
    const [data, path] = [this.text(dataKey), this.path(pathKey)];
    if (data && path) throw this.wrong(pathKey, `is not allowed beside ${dataKey}`);
    return data ?? (path && this.fileOf(pathKey, path).toString('base64'));
  }

  section(key: string): Section | undefined {
    const value = this.typed(key, 'an object', isObject);
    return value ? new Section(`${key} of ${this.name}`, this.file, value as Fields) : undefined;
  }

  sections(key: string): readonly Section[] {
    const isList = (found: unknown) => Array.isArray(found) && found.every(isObject);
    const value = (this.typed(key, 'a list of objects', isList) as Fields[] | undefined) ?? [];
    return value.map((one, i) => new Section(`${key}[${i}] of ${this.name}`, this.file, one));
  }

  /** The same fields under another name. */
  named(name: string): Section {
    return new Section(name, this.file, this.fields);
  }

  /** The names of the fields. */
  keys(): readonly string[] {
    return Object.keys(this.fields);
  }

  /** @throws NoConnection if there is a field that nobody asked for */
  refuseOthers(): void {
    const [other] = Object.keys(this.fields).filter((key) => !this.asked.has(key));
    if (other === undefined) return;
    throw this.wrong(other, `is not known here; known are ${[...this.asked].join(', ')}`);
  }

  wrong(key: string, what: string): NoConnection {
    return new NoConnection(`kubeconfig ${this.file}: ${key} of ${this.name} ${what}`);
  }

  private typed(key: string, type: string, is: (value: unknown) => boolean): unknown {
    const value = this.value(key);
    if (value !== undefined && !is(value)) throw this.wrong(key, `must be ${type}`);
    return value;
  }

  private fileOf(key: string, path: string): Buffer {
    try {
      return readFileSync(path);
    } catch (error) {
      throw this.wrong(key, `cannot be read: ${(error as Error).message}`);
    }
  }
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
