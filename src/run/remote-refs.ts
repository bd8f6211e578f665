/** The refs that `git ls-remote` prints, each with its commit. */
export function parseRefs(listing: string): Map<string, string> {
  return new Map(
    listing.split('\n').flatMap((line) => {
      const [commit, ref] = line.split('\t');
      return commit && ref ? [[ref, commit] as const] : [];
    }),
  );
}

/**
 * The commit of a ref in the output of `git ls-remote`, or '' if it is not there. Git also lists refs that merely end
 * in the requested one, like a branch with the name `refs/heads/main`.
 */
export const headIn = (listing: string, ref: string): string => parseRefs(listing).get(ref) ?? '';
