/**
 * Ranges with addresses of metadata services, which hand out the node's credentials. Helm evaluates these regular
 * expressions too.
 */
export const METADATA_SERVICES = [
  '^169[.]254[.]',
  '^168[.]63[.]',
  '^100[.]100[.]',
  '^192[.]0[.](0[.]|.+/1[67]$|([0-9]|[1-5][0-9]|6[0-3])[.].+/(1[89]|2[0-3])$)',
  '^fd00:0?ec2:',
  '^fd20:0{0,2}ce:',
  '^fe[89ab]',
] as const;

/** The same for IPv4 addresses that are written as, or reached through, IPv6 addresses. */
export const METADATA_SERVICES_IN_IPV6 = [
  '^[0:]*:ffff:',
  '^[0:]+/',
  '^([0:]*:|2002:|0{0,2}64:ff9b:[0:]*)(a9fe:|a83f:|6464:|c000:0{0,2}[0-9a-f]{0,2}(:|/))',
  '^0{0,2}64:ff9b:(0{0,3}1:|.*/([3-9].|10.|11[01])$)',
  '^[0-9a-f:]+:[0-9]+[.]',
] as const;
