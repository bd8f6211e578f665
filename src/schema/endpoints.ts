/**
 * Addresses of the API of Anthropic, the provider of the default model.
 * @see https://platform.claude.com/docs/en/api/ip-addresses
 */
export const ANTHROPIC = ['160.79.104.0/23', '2607:6bc0::/48'].map((cidr) => ({ cidr, port: 443 }));
