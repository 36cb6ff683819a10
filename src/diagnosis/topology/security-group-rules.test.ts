import { expect, test } from 'vitest';
import type { IpPermission, SecurityGroup } from '../model/aws.ts';
import { passes } from './security-group-rules.ts';

const BALANCER: SecurityGroup = { GroupId: 'sg-1' };
const from = (group: string, more: Partial<IpPermission> = {}): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: 8080,
  ToPort: 8080,
  UserIdGroupPairs: [{ GroupId: group }],
  ...more,
});
const range = (CidrIp: string, more: Partial<IpPermission> = {}): IpPermission => ({
  ...from('', more),
  UserIdGroupPairs: [],
  IpRanges: [{ CidrIp }],
});

test.each<[string, 'Yes' | 'No' | 'Unknown', readonly IpPermission[]]>([
  ['no rule at all', 'No', []],
  ['a rule for the group', 'Yes', [from('sg-1')]],
  ['a rule for another group', 'No', [from('sg-2')]],
  ['a rule for another port', 'No', [from('sg-1', { FromPort: 80, ToPort: 80 })]],
  ['a rule for a range of ports, its ends included', 'Yes', [from('sg-1', { FromPort: 8080, ToPort: 9000 })]],
  ['a rule that ends before the port', 'No', [from('sg-1', { FromPort: 8000, ToPort: 8079 })]],
  ['a rule for UDP', 'No', [from('sg-1', { IpProtocol: 'udp' })]],
  ['a rule for TCP by its number', 'Yes', [from('sg-1', { IpProtocol: '6' })]],
  [
    'a rule for every protocol, which names no port',
    'Yes',
    [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] }],
  ],
  ['a rule for everybody', 'Yes', [range('0.0.0.0/0')]],
  ['a rule for everybody over IPv6', 'Yes', [{ ...from(''), Ipv6Ranges: [{ CidrIpv6: '::/0' }] }]],
  ['a rule for addresses, which may be those of the group', 'Unknown', [range('10.0.0.0/8')]],
  [
    'a rule for a list of addresses',
    'Unknown',
    [{ ...from('sg-2'), PrefixListIds: [{ PrefixListId: 'pl-1' }] }],
  ],
  ['a rule for addresses on another port', 'No', [range('10.0.0.0/8', { FromPort: 443, ToPort: 443 })]],
  ['one of several rules', 'Yes', [range('10.0.0.0/8'), from('sg-2'), from('sg-1')]],
])('%s: %s', (_, expected, rules) => {
  expect(passes(rules, 8080, [BALANCER])).toBe(expected);
});
