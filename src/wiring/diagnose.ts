import { createHash } from 'node:crypto';
import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import type { DiagnosedProbe, DiagnoseParts } from '../cli/diagnose.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { ClusterConfig } from '../config.ts';
import { createAwsReader } from '../evidence/aws/aws-reader.ts';
import { DumpError } from '../evidence/cluster/dump.ts';
import { createTargetedReader } from '../evidence/cluster/targeted.ts';
import { createSteps } from '../evidence/gather.ts';
import { readSavedCase } from '../evidence/saved-case.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { createTransport } from '../kubernetes/transport.ts';
import type { World } from '../operator/look.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { nextRecord } from '../operator/status/next-record.ts';
import { type Outcome, recordOf } from '../operator/status/record.ts';
import { STATUS_PROBES, type StoredProbe, toStoredProbe } from '../operator/stored-probe.ts';
import { nameOfTarget } from '../operator/target/resolve-target.ts';
import { visit } from '../operator/visit.ts';
import { diagnose } from '../pipeline.ts';
import { createResolver } from '../probe/dns.ts';
import { createGuard } from '../probe/guard.ts';
import { clusterAccess } from './cluster-access.ts';
import { refuse } from './foundations.ts';
import { createWorld } from './world.ts';

export interface DiagnoseConfig extends ClusterConfig {
  /** A folder to judge instead of a cluster to ask. */
  readonly from?: string;
  readonly namespace?: string;
  readonly podLogs: boolean;
  readonly clusterDomain: string;
  readonly clusterNetwork: boolean;
}

/**
 * Whoever types the command sends the request from a machine and with rights of their own, so that what a namespace's
 * user may not make a cluster-wide operator ask is open here; the metadata of clouds is not.
 */
const OWN_MACHINE = createGuard({
  allowCIDRs: [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
    '127.0.0.0/8',
    '::1/128',
  ],
  denyCIDRs: [],
  apiServerAddresses: [],
  ownedAddresses: () => new Set(),
});

const policyOf = (podLogs: boolean): NamespacePolicy => ({
  allowCIDRs: [],
  denyCIDRs: [],
  shortestIntervalMilliseconds: 0,
  maximumProbes: Number.POSITIVE_INFINITY,
  podLogs,
  awsResources: ['*'],
});

/** One failed answer is enough for one look. */
const forOneLook = (probe: StoredProbe): StoredProbe => {
  const { resolution } = probe;
  const fresh = { ...probe, status: readStatus({}) };
  if (!resolution.ok) return fresh;
  const spec = { ...resolution.spec, failureThreshold: 1, suspend: false };
  return { ...fresh, resolution: { ok: true, spec } };
};

async function loadProbe(client: Client, namespace: string, name: string): Promise<DiagnosedProbe> {
  try {
    const raw = await client.get(STATUS_PROBES, { namespace, name });
    return { namespace, name, spec: raw.spec as DiagnosedProbe['spec'] };
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') {
      throw new UsageError(
        `there is no StatusProbe ${name} in namespace ${namespace}: kubectl get statusprobes -A lists them`,
      );
    }
    return refuse(error);
  }
}

async function look(
  probe: DiagnosedProbe,
  world: World,
  policy: NamespacePolicy,
): Promise<StatusProbeStatus> {
  const { namespace, name, spec } = probe;
  const stored = forOneLook(toStoredProbe({ metadata: { namespace, name, generation: 1 }, spec }));
  let status = stored.status;
  const visits = visit(stored, {}, new AbortController().signal, { world, policy, olderProbes: () => 0 });
  for await (const { record } of visits) status = record.status;
  return status;
}

function refuseUnreachable({ spec }: DiagnosedProbe): void {
  if (spec.target.serviceRef === undefined) return;
  throw new UsageError(
    `Service ${spec.target.serviceRef.name} can be asked only from the cluster's network: run this in a Pod, or give --cluster-network if this machine is in it`,
  );
}

type Opened = Omit<DiagnoseParts, 'write' | 'isTerminal'> & { close(): void };

/** Opens what the flags name: a folder, or a cluster. */
export const openDiagnosis = (config: DiagnoseConfig, version: string): Promise<Opened> =>
  config.from === undefined ? openCluster(config, version) : openFolder(config.from);

/** Looks with the rights of a kubeconfig or of a Pod's ServiceAccount, by single requests instead of caches. */
async function openCluster(config: DiagnoseConfig, version: string): Promise<Opened> {
  const { read, namespace } = await clusterAccess(config).catch(refuse);
  const transport = createTransport(read, {
    userAgent: `statusprobe/${version}`,
    requestsPerSecond: 100,
    burst: 200,
  });
  const client = createClient(transport);
  const reader = createTargetedReader(client);
  const policy = policyOf(config.podLogs);
  const world = createWorld({
    version,
    client,
    reader: () => reader,
    resolver: createResolver(),
    guards: async () => OWN_MACHINE,
    policyOf: async () => policy,
    whyBlind: async () => undefined,
    podLogs: policy.podLogs,
    clusterDomain: config.clusterDomain,
    correlation: true,
    isInside: config.clusterNetwork,
    aws: createAwsReader(),
  });
  return {
    namespace: config.namespace ?? namespace ?? 'default',
    loadProbe: (where, name) => loadProbe(client, where, name),
    look(probe) {
      if (!config.clusterNetwork) refuseUnreachable(probe);
      return look(probe, world, policy);
    },
    close: () => transport.close(),
  };
}

const fromFolder = (): never => {
  throw new UsageError('--from judges what the folder says: leave the target away');
};

const openFolder = async (folder: string): Promise<Opened> => ({
  namespace: '',
  saved: await judgeFolder(folder),
  loadProbe: fromFolder,
  look: fromFolder,
  close: () => undefined,
});

/** Judges a folder of manifests with the observation that was saved in it; nothing is asked of any cluster. */
async function judgeFolder(folder: string): Promise<StatusProbeStatus> {
  const saved = await readSavedCase(folder).catch((error: unknown) => {
    if (error instanceof DumpError) throw new UsageError(error.message);
    throw error;
  });
  const { observation, sources } = saved;
  const { checks = {}, mute = [] } = saved.diagnose;
  const { namespace, target } = sources.probe;
  const question = { target, namespace, diagnose: { enabled: true, checks, mute } };
  const { diagnosis = 'Disabled' } = await diagnose(question, {
    ...createSteps(sources),
    observe: async () => observation,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  const outcome: Outcome = { kind: 'Probed', observation, diagnosis, ready: 'Judged from a folder' };
  const visited = {
    generation: 1,
    question: '',
    thresholds: { failure: 1, success: 1 },
    historyLimit: 10,
    target: nameOfTarget(target),
    now: observation.time,
    outcome,
  };
  return nextRecord(recordOf(readStatus({}), ''), visited).status;
}
