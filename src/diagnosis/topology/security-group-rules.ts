import type { IpPermission, SecurityGroup } from '../model/aws.ts';

const ANYWHERE: ReadonlySet<string | undefined> = new Set(['0.0.0.0/0', '::/0']);

const isTCP = ({ IpProtocol }: IpPermission): boolean => ['-1', 'tcp', '6'].includes(IpProtocol ?? '-1');

function takesPort({ IpProtocol, FromPort, ToPort }: IpPermission, port: number): boolean {
  if (IpProtocol === '-1' || FromPort === undefined || FromPort === -1) return true;
  return FromPort <= port && port <= (ToPort ?? FromPort);
}

const rangesOf = ({ IpRanges = [], Ipv6Ranges = [] }: IpPermission): readonly (string | undefined)[] => [
  ...IpRanges.map(({ CidrIp }) => CidrIp),
  ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
];

/**
 * Whether rules let TCP to a port pass between their groups and others. Which addresses a load balancer has is not
 * known from here, so that any rule for some range of addresses may be meant for it: `Unknown`.
 */
export function passes(
  rules: readonly IpPermission[],
  port: number,
  others: readonly SecurityGroup[],
): 'Yes' | 'No' | 'Unknown' {
  const ids = new Set<string | undefined>(others.map(({ GroupId }) => GroupId));
  const applied = rules.filter((rule) => isTCP(rule) && takesPort(rule, port));
  const named = applied.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs);
  const ranges = applied.flatMap(rangesOf);
  if (named.some(({ GroupId }) => ids.has(GroupId)) || ranges.some((range) => ANYWHERE.has(range)))
    return 'Yes';
  const lists = applied.flatMap(({ PrefixListIds = [] }) => PrefixListIds);
  return ranges.length + lists.length > 0 ? 'Unknown' : 'No';
}
