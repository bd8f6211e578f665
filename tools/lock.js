// @ts-check

/** The package of an entry of a lock file. @param {string} path */
export const nameOf = (path) => path.replace(/^.*node_modules\//, '');

/**
 * Whether npm would install an entry of a lock file without a check: it comes from a registry and has no integrity. A bundled
 * package comes within another package, which is checked.
 * @param {string} path
 * @param {{ integrity?: string, link?: boolean, inBundle?: boolean }} entry
 */
export const isUnchecked = (path, { integrity, link, inBundle }) =>
  path.includes('node_modules/') && !link && !inBundle && !/^sha512-[\w+/]{86}==$/.test(integrity ?? '');
