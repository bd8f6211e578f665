import type { Git } from './git.js';

/** The largest pointer that Git LFS writes, in bytes. See https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const POINTER = 1024;

/** The contents of a Git LFS pointer. */
export interface Pointer {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** Finds the Git LFS pointers among some objects. See https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export async function pointersOf(
  git: Git,
  repository: string,
  objects: readonly string[],
): Promise<Map<string, Pointer>> {
  if (objects.length === 0) return new Map();
  const lines = (some: readonly string[]) => some.map((object) => `${object}\n`).join('');
  const check = ['cat-file', '--batch-check=%(objectsize)'];
  const sizes = (await git.run(repository, check, { input: lines(objects) })).split('\n');
  const small = objects.filter((_, at) => Number(sizes[at]) <= POINTER);
  if (small.length === 0) return new Map();
  // The output has `<object> blob <size>`, the content and a line break for each object.
  const told = await git.run(repository, ['cat-file', '--batch'], { input: lines(small) });
  const pointers = told.matchAll(
    new RegExp(
      [
        String.raw`^([0-9a-f]{40,64}) blob \d+`,
        String.raw`version https://git-lfs[.]github[.]com/spec/\S*`,
        String.raw`(?:ext-.*\n)*oid sha256:([0-9a-f]{64})`,
        String.raw`size (\d+)$`,
      ].join('\\n'),
      'gm',
    ),
  );
  return new Map([...pointers].map(([, object = '', sha256 = '', size]) => [object, { sha256, size: Number(size) }]));
}
