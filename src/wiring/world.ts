import { createHash } from 'node:crypto';
import type { AccessReviews } from '../evidence/access-reviews.ts';
import type { LogLooks } from '../evidence/aws/log-looks.ts';
import type { AwsReader } from '../evidence/aws/reader.ts';
import { take } from '../evidence/cluster/failed-looks.ts';
import type { ClusterReader } from '../evidence/cluster/reader.ts';
import { createSteps, type EvidenceSteps } from '../evidence/gather.ts';
import { lazily } from '../evidence/lazily.ts';
import type { HopRequest, LogReader, Sources } from '../evidence/slot-context.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import { PODS } from '../kubernetes/resources.ts';
import type { LinkTemplate } from '../operator/links/link-templates.ts';
import type { Inquiry, World } from '../operator/look.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { ValueCache } from '../operator/request/value-cache.ts';
import { createStarts, createTurns } from '../operator/turns.ts';
import { AccessTokens } from '../probe/access-token.ts';
import { userAgent } from '../probe/correlation.ts';
import { dial } from '../probe/dial.ts';
import type { AddressResolver } from '../probe/dns.ts';
import type { AddressGuard } from '../probe/guard.ts';
import { probe } from '../probe/probe.ts';
import type { ProbeRequest } from '../probe/request.ts';
import { Secrets } from '../probe/secrets.ts';
import type { GuardFactory } from './guards.ts';
import { hopRequest, openParts } from './hops.ts';
import { nameLookup } from './name-lookup.ts';
import { newCorrelation } from './new-correlation.ts';

export interface WorldParts {
  readonly version: string;
  readonly client: Client;
  readonly reader: () => ClusterReader;
  readonly resolver: AddressResolver;
  readonly guards: GuardFactory;
  readonly policyOf: (namespace: string) => Promise<NamespacePolicy>;
  readonly whyBlind: () => Promise<string | undefined>;
  /** Whether log lines are read at all. */
  readonly podLogs: boolean;
  readonly clusterDomain: string;
  /** Whether trace and request ids go along with probes. */
  readonly correlation: boolean;
  /**
   * Whether this process is in the cluster's own network. From outside, the address of a Pod is the address of
   * somebody else, and what that one answers says nothing.
   */
  readonly isInside: boolean;
  readonly aws: AwsReader;
  /** To the logs and traces of a failure. */
  readonly links?: readonly LinkTemplate[];
  /** When logs of AWS are looked at; absent: with every diagnosis. */
  readonly logLooks?: LogLooks;
  /** What ServiceAccounts may get in other namespaces; absent: all of it is shown. */
  readonly reviews?: AccessReviews;
  /** Stands between a diagnosis and what it reads. */
  readonly through?: (sources: Sources) => Sources;
  /** Told how long each check took. */
  readonly checked?: (check: string, milliseconds: number) => void;
}

/** Beyond the timeout of the probe itself, which the hops may take once more. */
const LOOKS_MILLISECONDS = 2_000;
const LOG_BYTES = 64 * 1024;
const ENDPOINTS_IN_A_CROWD = 2;

/** Probing and gathering as one look at a target needs them. */
export function createWorld(parts: WorldParts): World {
  const values = new ValueCache(parts.client);
  const ask = createAsker(parts);
  const resolve = nameLookup(parts.resolver);
  // Beside the turns to begin: what has begun is not held up by what waits to.
  const judging = createTurns();
  const starts = createStarts();
  const guardFor = async ({ namespace, ownHost }: Inquiry) =>
    parts.guards(namespace, await parts.policyOf(namespace), ownHost);
  const gathering = async (inquiry: Inquiry): Promise<EvidenceSteps> => {
    const [guard, policy] = await Promise.all([guardFor(inquiry), parts.policyOf(inquiry.namespace)]);
    const inside = {
      dial: (address: string, port: number) =>
        dial(address, port, { guard, timeoutMilliseconds: inquiry.request.timeoutMilliseconds }),
      ask: (hop: HopRequest) => ask(inquiry, hopRequest(inquiry.request, hop), guard),
    };
    const repeat = () => ask(inquiry, inquiry.request, guard);
    const own = sourcesFor(inquiry, parts, policy, starts.isCrowded());
    const sources = { ...own, resolve, repeat, ...(parts.isInside && inside) };
    return createSteps(parts.through?.(sources) ?? sources);
  };

  return {
    reader: parts.reader(),
    valuesFor: (namespace) => values.readerFor(namespace),
    forgetValues: (namespace) => values.forget(namespace),
    ...(parts.links && { links: parts.links }),
    whyBlind: parts.whyBlind,
    ...starts,
    now: Date.now,
    probe: async (inquiry) => ask(inquiry, inquiry.request, await guardFor(inquiry)),
    investigate(inquiry) {
      // Most probes are healthy: nothing is prepared before a failure is looked into.
      const steps = lazily(() => gathering(inquiry));
      return {
        locate: async (observation, detour) => (await steps()).locate(observation, detour),
        gather: async (slots, route, fetched) => (await steps()).gather(slots, route, fetched),
        turn: judging,
        ...hiddenFrom(inquiry, parts.reviews),
        ...(parts.checked && { checked: parts.checked }),
        sha256: (text) => createHash('sha256').update(text).digest('hex'),
      };
    },
  };
}

/** Sends the probe's request, or one like it further inside. */
function createAsker({ version, resolver, correlation: correlates }: WorldParts) {
  const tokens = new AccessTokens();
  return (inquiry: Inquiry, request: ProbeRequest, guard: AddressGuard) =>
    probe(correlates ? request : named(request, version, inquiry), inquiry.expectation, {
      guard,
      resolver,
      now: Date.now,
      signal: inquiry.signal,
      tokens,
      ...(correlates && {
        correlation: newCorrelation({ version, probe: { namespace: inquiry.namespace, name: inquiry.name } }),
      }),
    });
}

function hiddenFrom(
  { namespace, plan }: Inquiry,
  reviews: AccessReviews | undefined,
): Pick<ReturnType<World['investigate']>, 'hidden'> {
  if (reviews === undefined) return {};
  const account = { namespace, name: plan.spec.serviceAccountName };
  return { hidden: (objects) => reviews.hidden(account, objects) };
}

function sourcesFor(
  { namespace, name, plan, request, failingSince }: Inquiry,
  { reader, client, podLogs, clusterDomain, aws, logLooks }: WorldParts,
  policy: NamespacePolicy,
  isCrowded: boolean,
): Sources {
  const { hops, podLogs: logs, aws: options } = plan.spec.diagnose;
  return {
    probe: {
      target: plan.target,
      namespace,
      name,
      ...(failingSince && { failingSince }),
      ...openParts(request),
    },
    reader: reader(),
    settings: {
      hops: hops.mode,
      podLogs: logs,
      ...(isCrowded && { endpoints: ENDPOINTS_IN_A_CROWD }),
      deadlineMilliseconds: request.timeoutMilliseconds + LOOKS_MILLISECONDS,
      clusterDomain,
      ...(options && { aws: { options, allowed: policy.awsResources } }),
    },
    aws,
    ...(logLooks && { logLooks }),
    ...(podLogs && policy.podLogs && { readLog: logReader(client, new Secrets(request)) }),
  };
}

/** An application may log what the probe has sent. */
const logReader =
  (client: Client, secrets: Secrets): LogReader =>
  ({ namespace, podName, ...which }) =>
    take({ verb: 'get', resource: PODS, namespace, name: podName, subresource: 'log' }, async () => {
      try {
        const options = { ...which, limitBytes: LOG_BYTES };
        return secrets.mask(await client.podLogs({ namespace, name: podName }, options), true);
      } catch (error) {
        // How the API server says that the container has not run, or not before.
        if (hasReason(error, 'BadRequest')) return undefined;
        throw error;
      }
    });

/** Without correlation only the name of the product goes along. */
function named(request: ProbeRequest, version: string, { namespace, name }: Inquiry): ProbeRequest {
  if (request.headers.some((header) => header.name.toLowerCase() === 'user-agent')) return request;
  const header = { name: 'User-Agent', value: userAgent(version, { namespace, name }) };
  return { ...request, headers: [header, ...request.headers] };
}
