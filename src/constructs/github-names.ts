/**
 * Host names of GitHub's Git servers, API and files. They serve other people's repositories, too.
 * @see
 * https://docs.github.com/en/get-started/using-github/allowing-access-to-githubs-services-from-a-restricted-network
 */
export const GITHUB_NAMES = [
  'api.github.com',
  'codeload.github.com',
  'github-cloud.githubusercontent.com',
  'github-cloud.s3.amazonaws.com',
  'github.com',
  'lfs.github.com',
  'objects.githubusercontent.com',
  'raw.githubusercontent.com',
  'ssh.github.com',
  'uploads.github.com',
] as const;
