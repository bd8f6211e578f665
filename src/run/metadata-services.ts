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
  '^([0:]*:|2002:)(a9fe|a83f|6464|c000):',
  '^0{0,2}64:ff9b:(.*/([3-9][0-9]|10[0-9]|11[01])$|[0:]*(a9fe|a83f|6464|c000):)',
  '^[0:]+/',
  '^[0-9a-f:]+:[0-9]+[.]',
] as const;
