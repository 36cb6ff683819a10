import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { LoadBalancer, SecurityGroup, SecurityGroupsEvidence } from '../../diagnosis/model/aws.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { keepShape } from '../cluster/shape.ts';
import type { Region } from './account.ts';
import { SECURITY_GROUP } from './shapes.ts';

/** AWS takes no more values in one filter. */
const MAXIMUM_TARGETS = 200;

const isInstance = (id: string): boolean => id.startsWith('i-');

async function interfacesOf(
  { clients, call }: Region,
  filter: string,
  values: readonly string[],
): Promise<Lookup<readonly NetworkInterface[]>> {
  if (values.length === 0) return found([]);
  const { DescribeNetworkInterfacesCommand } = await import('@aws-sdk/client-ec2');
  const client = await clients.network();
  const Filters = [{ Name: filter, Values: values.slice(0, MAXIMUM_TARGETS) }];
  const answer = await call({ action: 'ec2:DescribeNetworkInterfaces', resource: '*' }, (options) =>
    client.send(new DescribeNetworkInterfacesCommand({ Filters }), options),
  );
  return mapLookup(answer, ({ NetworkInterfaces = [] }) => NetworkInterfaces);
}

async function groupsBy(
  { clients, call }: Region,
  ids: readonly string[],
): Promise<Lookup<readonly SecurityGroup[]>> {
  if (ids.length === 0) return found([]);
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2');
  const client = await clients.network();
  const answer = await call({ action: 'ec2:DescribeSecurityGroups', resource: '*' }, (options) =>
    client.send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids] }), options),
  );
  return mapLookup(answer, ({ SecurityGroups = [] }) =>
    SecurityGroups.map((one) => keepShape<SecurityGroup>(SECURITY_GROUP, one)),
  );
}

/** Whether the interface is the target's: by its instance, or by any of its addresses. */
const belongsTo =
  (id: string) =>
  ({
    Attachment,
    PrivateIpAddress,
    PrivateIpAddresses = [],
    Ipv6Addresses = [],
  }: NetworkInterface): boolean =>
    Attachment?.InstanceId === id ||
    PrivateIpAddress === id ||
    PrivateIpAddresses.some(({ PrivateIpAddress: address }) => address === id) ||
    Ipv6Addresses.some(({ Ipv6Address }) => Ipv6Address === id);

const idsOf = (interfaces: readonly NetworkInterface[]): readonly string[] => [
  ...new Set(interfaces.flatMap(({ Groups = [] }) => Groups.flatMap(({ GroupId }) => GroupId ?? []))),
];

/** The groups of the load balancer and of the network interfaces that have its targets' addresses. */
export async function readSecurityGroups(
  region: Region,
  { SecurityGroups = [] }: LoadBalancer,
  targetIDs: readonly string[],
): Promise<Lookup<SecurityGroupsEvidence>> {
  const [byAddress, byInstance] = await Promise.all([
    interfacesOf(
      region,
      'addresses.private-ip-address',
      targetIDs.filter((id) => !isInstance(id)),
    ),
    interfacesOf(region, 'attachment.instance-id', targetIDs.filter(isInstance)),
  ]);
  if (!byAddress.ok) return byAddress;
  if (!byInstance.ok) return byInstance;
  const interfaces = [...byAddress.value, ...byInstance.value];
  const ofTarget = targetIDs
    .map((id) => [id, idsOf(interfaces.filter(belongsTo(id)))] as const)
    .filter(([, ids]) => ids.length > 0);
  const ids = new Set([...SecurityGroups, ...ofTarget.flatMap(([, own]) => own)]);
  const groups = await groupsBy(region, [...ids].sort());
  return mapLookup(groups, (known) => ({ groups: known, groupsOfTarget: Object.fromEntries(ofTarget) }));
}
