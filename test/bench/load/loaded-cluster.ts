import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { hasReason } from '../../../src/kubernetes/api-error.ts';
import { type Client, createClient } from '../../../src/kubernetes/client.ts';
import type { ClusterAccess } from '../../../src/kubernetes/cluster-access.ts';
import {
  type ApiObject,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  INGRESS_CLASSES,
  INGRESSES,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  type Resource,
  SERVICES,
} from '../../../src/kubernetes/resources.ts';
import { createTransport, type Transport } from '../../../src/kubernetes/transport.ts';
import { STATUS_PROBES } from '../../../src/operator/stored-probe.ts';
import { type ApiServer, startApiServer } from '../../support/apiserver.ts';
import { auditEvents } from '../../support/audit-log.ts';
import {
  type Application,
  applicationsOf,
  CONTROLLER,
  foundation,
  frameOf,
  INGRESS_ADDRESS,
  podOf,
  podStatusOf,
  probeOf,
  type Size,
} from './objects.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SERVICE_ACCOUNT = '/run/secrets/kubernetes.io/serviceaccount';
const AT_ONCE = 16;

const RESOURCES = [
  NAMESPACES,
  NODES,
  PODS,
  SERVICES,
  ENDPOINT_SLICES,
  INGRESSES,
  INGRESS_CLASSES,
  DEPLOYMENTS,
  REPLICA_SETS,
  STATUS_PROBES,
];
const resourceOf = ({ kind }: ApiObject): Resource => {
  const resource = RESOURCES.find((each) => each.kind === kind);
  if (resource === undefined) throw new Error(`The bench knows no ${kind}`);
  return resource;
};

/** A real API server that holds a cluster of some size, for an operator with the rights of deploy/base. */
export interface LoadedCluster {
  readonly server: ApiServer;
  /** Of an administrator. */
  readonly client: Client;
  readonly access: ClusterAccess;
  /** For the operator's environment: it finds its ServiceAccount where a Pod finds it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Adds what a cluster of this size has more. */
  grow(size: Size): Promise<void>;
  addProbes(size: Size): Promise<void>;
  /** What the operator has changed since then, but for Events, in the API server's order. */
  writesSince(since: Date): readonly Write[];
  /** The same Pod anew, as after a crash of its node. */
  replacePod(application: Application, index: number, size: Size): Promise<void>;
  stop(): Promise<void>;
}

/** A call of the API server that changed something. */
export interface Write {
  /** Unix milliseconds when it came. */
  readonly at: number;
  readonly resource: string;
  /** `namespace/name`. */
  readonly key: string;
}

const CHANGING: ReadonlySet<string> = new Set(['update', 'patch', 'delete']);

/** By the audit log, which tells of ServiceAccounts alone, and so of the operator alone. */
function writesIn(directory: string, since: Date): readonly Write[] {
  return auditEvents(join(directory, 'audit.log'), since)
    .filter(({ verb, responseStatus }) => CHANGING.has(verb) && responseStatus?.code === 200)
    .map(({ requestReceivedTimestamp, objectRef: { resource = '', namespace, name } = {} }) => ({
      at: Date.parse(requestReceivedTimestamp),
      resource,
      key: `${namespace}/${name}`,
    }))
    .filter(({ resource }) => resource !== 'events')
    .sort((one, other) => one.at - other.at);
}

async function each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

interface KubeConfigFile {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

function accessOf(file: string): ClusterAccess {
  const { clusters, users } = parse(readFileSync(file, 'utf8')) as KubeConfigFile;
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  return {
    server,
    headers: { authorization: `Bearer ${users[0].user.token}` },
    tls: { ca: Buffer.from(ca, 'base64').toString() },
  };
}

async function installOperator(server: ApiServer, { server: url, tls }: ClusterAccess) {
  const kubectl = async (...args: readonly string[]) => {
    const { succeeded, stdout, stderr } = await server.kubectl(...args);
    if (!succeeded) throw new Error(stderr);
    return stdout;
  };
  await kubectl('apply', '--server-side', '-f', join(ROOT, 'crds/statusprobes.yaml'));
  await kubectl('apply', '--server-side', '-k', join(ROOT, 'deploy/base'));
  const hours = ['--duration', '6h'];
  const token = await kubectl('-n', 'statusprobe-system', 'create', 'token', 'statusprobe', ...hours);
  mkdirSync(SERVICE_ACCOUNT, { recursive: true });
  writeFileSync(join(SERVICE_ACCOUNT, 'token'), token);
  writeFileSync(join(SERVICE_ACCOUNT, 'ca.crt'), tls.ca ?? '');
  const { hostname, port } = new URL(url);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

async function create(client: Client, object: ApiObject): Promise<void> {
  await client.create(resourceOf(object), object).catch((error: unknown) => {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  });
}

const setStatus = (client: Client, { kind, metadata }: ApiObject, status: object) => {
  const { namespace = '', name = '' } = metadata;
  const reference = { namespace, name, subresource: 'status' };
  return client.patch(resourceOf({ kind: kind ?? '', metadata }), reference, {
    type: 'merge',
    body: { status },
  });
};

async function createPod(client: Client, application: Application, index: number, size: Size) {
  const pod = podOf(application, index);
  await create(client, pod);
  await setStatus(client, pod, podStatusOf(application, index, size.podsPerService));
}

async function createApplication(client: Client, application: Application, size: Size): Promise<void> {
  for (const object of frameOf(application, size.podsPerService)) {
    await create(client, object);
    if (object.kind === 'Ingress')
      await setStatus(client, object, { loadBalancer: { ingress: [{ ip: INGRESS_ADDRESS }] } });
  }
  for (let index = 0; index < size.podsPerService; index += 1)
    await createPod(client, application, index, size);
}

async function fill(client: Client, size: Size): Promise<void> {
  const applications = applicationsOf(size);
  const namespaces = new Set([CONTROLLER, ...applications].map(({ namespace }) => namespace));
  await each(namespaces, (name) => create(client, { kind: 'Namespace', metadata: { name } }));
  await each(foundation(), (object) => create(client, object));
  await createPod(client, CONTROLLER, 0, size);
  await each(applications, (application) => createApplication(client, application, size));
}

export async function startLoadedCluster(size: Size): Promise<LoadedCluster> {
  const server = await startApiServer();
  const access = accessOf(server.kubeconfigPath);
  const transport: Transport = createTransport(async () => access, {
    requestsPerSecond: 10_000,
    maximumConnections: AT_ONCE,
  });
  const client = createClient(transport);
  const environment = await installOperator(server, access);
  await fill(client, size);
  return {
    server,
    client,
    access,
    environment,
    grow: (more) => fill(client, more),
    writesSince: (since) => writesIn(server.directory, since),
    addProbes: (more) =>
      each(applicationsOf(more), async (application) => {
        for (let index = 0; index < more.probesPerService; index += 1)
          await create(client, probeOf(application, index, more));
      }),
    async replacePod(application, index, own) {
      const { namespace = '', name = '' } = podOf(application, index).metadata;
      await client.delete(PODS, { namespace, name });
      await createPod(client, application, index, own);
    },
    async stop() {
      transport.close();
      await server.stop();
    },
  };
}
