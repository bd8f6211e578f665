import { parseRepository } from './repository.js';

/** Web pages of a branch. */
export interface WebUrls {
  readonly branch: string;
  /** Compares the branch with its base. Absent if no base is known. */
  readonly compare?: string;
}

type Pages = (repository: string, branch: string, base: string) => readonly [branch: string, compare: string];

const GITHUB: Pages = (repository, branch, base) => [
  `${repository}/tree/${branch}`,
  `${repository}/compare/${base}...${branch}`,
];
const GITLAB: Pages = (repository, branch, base) => [
  `${repository}/-/tree/${branch}`,
  `${repository}/-/compare/${base}...${branch}`,
];
const GITEA: Pages = (repository, branch, base) => [
  `${repository}/src/branch/${branch}`,
  `${repository}/compare/${base}...${branch}`,
];
const BITBUCKET: Pages = (repository, branch, base) => [
  `${repository}/branch/${branch}`,
  `${repository}/branches/compare/${branch}%0D${base}`,
];

/** By a word in the host's name. Any other host is treated as GitHub Enterprise. */
const HOSTS: readonly [name: RegExp, pages: Pages][] = [
  [/gitlab/, GITLAB],
  [/gitea|forgejo|codeberg/, GITEA],
  [/^bitbucket\.org$/, BITBUCKET],
];

/**
 * The pages of a branch and of the comparison with its base.
 * @param base branch, tag or commit
 * @throws InputError for a text that is not a remote repository
 */
export function webUrls(repository: string, branch: string, base: string | undefined): WebUrls {
  const { protocol, identity } = parseRepository(repository);
  const [, host = '', path = ''] = /^([^/]+)(.*)$/.exec(identity) ?? [];
  // An SSH port is not the port of the web pages.
  const site = protocol === 'ssh' ? host.replace(/:\d+$/, '') : host;
  const web = `${protocol === 'http' ? 'http' : 'https'}://${site}${path}`;
  const pages = HOSTS.find(([name]) => name.test(host))?.[1] ?? GITHUB;
  const [page, compare] = pages(web, escaped(branch), escaped(base ?? ''));
  return { branch: page, ...(base && { compare }) };
}

const escaped = (ref: string): string => ref.split('/').map(encodeURIComponent).join('/');
