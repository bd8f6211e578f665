/** Where metadata services are, by how a range of theirs begins: they give out the node's own credentials. */
export const METADATA_SERVICES = [
  '169.254.',
  '168.63.',
  'fd00:ec2:',
  'fd00:0ec2:',
  'fd20:ce:',
  'fd20:00ce:',
  '100.100.100.200/',
  '192.0.0.192/',
  'fe8',
  'fe9',
  'fea',
  'feb',
] as const;
