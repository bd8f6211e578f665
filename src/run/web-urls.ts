import { parseRepository } from './repository.js';

/** Where people look at a branch. */
export interface WebUrls {
  readonly branch: string;
  /** What the branch adds to its base; absent when no base is known. */
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

/** By words of the host's name; a host that says nothing is taken for GitHub Enterprise. */
const HOSTS: readonly [name: RegExp, pages: Pages][] = [
  [/gitlab/, GITLAB],
  [/gitea|forgejo|codeberg/, GITEA],
  [/^bitbucket\.org$/, BITBUCKET],
];

/**
 * The pages of a branch and of what it adds to its base.
 * @param base branch, tag or commit
 * @throws InputError for what is no remote repository
 */
export function webUrls(repository: string, branch: string, base: string | undefined): WebUrls {
  const { protocol, identity } = parseRepository(repository);
  const [, host = '', path = ''] = /^([^/]+)(.*)$/.exec(identity) ?? [];
  // The port is SSH's own; the pages are served elsewhere.
  const web = `${protocol === 'http' ? 'http' : 'https'}://${protocol === 'ssh' ? host.replace(/:\d+$/, '') : host}${path}`;
  const pages = HOSTS.find(([name]) => name.test(host))?.[1] ?? GITHUB;
  const [page, compare] = pages(web, escaped(branch), escaped(base ?? ''));
  return { branch: page, ...(base && { compare }) };
}

const escaped = (ref: string): string => ref.split('/').map(encodeURIComponent).join('/');
