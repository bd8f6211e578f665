/**
 * The commit of a ref in what `git ls-remote` prints; '' where it is not there. Git also lists refs that merely end in the
 * one that was asked for, like a branch of the name `refs/heads/main`.
 */
export function headIn(listing: string, ref: string): string {
  const line = listing.split('\n').find((one) => one.split('\t')[1] === ref);
  return line?.split('\t')[0] ?? '';
}
