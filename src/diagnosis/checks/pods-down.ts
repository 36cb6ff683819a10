import type { Check, Finding } from '../model/check.ts';
import type { KubernetesEvent, Node } from '../model/kubernetes.ts';
import { conditionThat, isUnready } from '../model/node-conditions.ts';
import type { Observation } from '../model/observation.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import type { LogExcerpt, PodsEvidence } from '../model/route-evidence.ts';
import { servingPods, workloadOf } from '../model/serving-pods.ts';
import type { Layer, Owner } from '../model/vocabulary.ts';
import type { WorkloadsEvidence } from '../model/workloads-evidence.ts';
import { nodeReady } from './node-ready.ts';
import { podConfig } from './pod-config.ts';
import { podCrash } from './pod-crash.ts';
import { podImage } from './pod-image.ts';
import { podInit } from './pod-init.ts';
import { podMemory } from './pod-memory.ts';
import { podReadiness } from './pod-readiness.ts';
import { podReplacement } from './pod-replacement.ts';
import { podScheduling } from './pod-scheduling.ts';
import { workloadReplicas } from './workload-replicas.ts';

/** What tells of Pods and workloads alone why nobody serves. */
const OF_PODS: readonly Check[] = [
  workloadReplicas,
  podScheduling,
  podImage,
  podConfig,
  podInit,
  podMemory,
  podCrash,
  podReadiness,
];

/** Servers that sign callers in, which teams run and do not write: what ends them is mostly their configuration. */
const PRODUCTS =
  /oauth2-proxy|authelia|authentik|vouch-proxy|forward-auth|oathkeeper|pomerium|keycloak|\bdex\b/;

interface Behind {
  readonly pods: PodsEvidence;
  readonly workloads: WorkloadsEvidence;
  readonly events?: readonly KubernetesEvent[];
  readonly logs?: readonly LogExcerpt[];
  readonly nodes?: ReadonlyMap<string, Node>;
}

/** Stores, brokers and caches, of which the same is true. */
const STORES =
  /(?:^|\/)(?:redis(?:-(?:stack(?:-server)?|sentinel|cluster))?|valkey|keydb|dragonfly|memcached|postgres(?:ql)?(?:-repmgr)?|postgis|timescaledb(?:-ha)?|pgbouncer|pgpool|mysql(?:-server)?|mariadb(?:-galera)?|percona-[a-z-]+|mongo(?:db)?(?:-community-server)?|rabbitmq|kafka|cp-kafka|redpanda|zookeeper|nats|elasticsearch|opensearch|solr|cassandra|scylla|cockroach|clickhouse(?:-server)?|influxdb|minio|vault|consul|etcd)(?=[:@]|$)/;

/** Why no Pod of a Service off the request's way serves. */
export interface PodsDown {
  readonly workload: ObjectReference;
  /** What must be mended: the workload, or the Node that took its Pods down. */
  readonly subject: ObjectReference;
  /** Only where it is not the workload's. */
  readonly layer?: Layer;
  readonly owner: Owner;
  /** The finding behind it; absent: nothing tells why. */
  readonly cause?: Finding;
  readonly evidence: readonly string[];
  readonly remedy: string;
}

function causeAmong(findings: readonly Finding[]): Finding | undefined {
  const errors = findings.filter(({ severity }) => severity === 'Error');
  const roots = errors.filter(({ reason }) => !errors.some(({ leadsTo }) => leadsTo.includes(reason)));
  return roots.find(({ confidence }) => confidence === 'High') ?? roots[0];
}

export const isProduct = ({ pods }: PodsEvidence): boolean =>
  pods.some(({ spec }) =>
    spec.containers.some(({ image = '' }) => PRODUCTS.test(image) || STORES.test(image)),
  );

/** A process that ends is its writers' to mend; all else is whose who runs it. */
const ownerOf = ({ check, owner }: Finding, { pods }: Behind): Owner =>
  check === podCrash.id && !isProduct(pods) ? owner : 'DevOps';

/** The workload of the Pods, else the one whose Pods are not there. */
function workloadBehind({ pods, workloads }: Behind, home: string): ObjectReference | undefined {
  const [pod] = servingPods(pods);
  if (pod !== undefined) return workloadOf(pod, pods);
  const [workload] = workloads.selected;
  return workload && referenceTo({ ...workload.metadata, kind: workload.kind }, home);
}

type Seen = Behind & { readonly observation: Observation; readonly home: string };

/** Of Nodes only where they took every Pod: any other may have a fault of its own. */
function causesInNodes({ nodes, ...seen }: Seen): readonly Finding[] {
  if (nodes === undefined) return [];
  const serving = servingPods(seen.pods);
  const isLost = serving.every(
    ({ spec: { nodeName = '' } }) => conditionThat(isUnready, nodes.get(nodeName)) !== undefined,
  );
  const failingSince = seen.observation.time;
  return [
    ...(isLost ? nodeReady.run({ ...seen, nodes }) : []),
    ...podReplacement.run({ ...seen, nodes, failingSince }),
  ];
}

/** Where the cause lies: a Node is named as itself, all else by the workload. */
function placeOf(cause: Finding, workload: ObjectReference | undefined) {
  const { subject } = cause;
  if (subject.kind !== 'Node' || workload === undefined) return { subject, workload: subject };
  return { subject, workload, layer: cause.layer };
}

/** The heaviest thing that is wrong with the Pods and their workloads; undefined where there is none of either. */
export function faultOf(behind: Behind, observation: Observation, home: string): PodsDown | undefined {
  const { events = [], logs = [] } = behind;
  const seen = { ...behind, events, logs, observation, home };
  const findings = OF_PODS.flatMap((check) => check.run(seen));
  const cause = causeAmong([...causesInNodes(seen), ...findings]);
  const workload = workloadBehind(behind, home);
  if (cause !== undefined) {
    const { message, evidence, fix: remedy = '' } = cause;
    const of = { ...placeOf(cause, workload), owner: ownerOf(cause, behind) };
    return { ...of, cause, evidence: [message, ...evidence], remedy };
  }
  if (workload === undefined) return undefined;
  const remedy = `See why the Pods of ${workload.ref} are not ready`;
  return { workload, subject: workload, owner: 'DevOps', evidence: [], remedy };
}
