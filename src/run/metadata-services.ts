/**
 * Ranges with addresses of metadata services, as regular expressions that Helm reads, too: they give out the node's own
 * credentials. An IPv4 address that is written as one of IPv6 is the same address.
 */
export const METADATA_SERVICES = [
  '^169[.]254[.]',
  '^168[.]63[.]',
  '^100[.]100[.]',
  '^192[.]0[.](0[.]|.+/1[67]$|([0-9]|[1-5][0-9]|6[0-3])[.].+/(1[89]|2[0-3])$)',
  '^fd00:0?ec2:',
  '^fd20:0{0,2}ce:',
  '^fe[89ab]',
  '^[0:]*:ffff:',
] as const;
