import type { HealthAnswer } from '../../diagnosis/model/health-answer.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { Dial, HopAnswer, LogExcerpt } from '../../diagnosis/model/route-evidence.ts';
import type { AwsReader } from '../aws/reader.ts';
import type { Kind } from '../cluster/kinds.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import { type Look, lookAt, type Unreadable } from '../cluster/unreadable.ts';
import type { ObservationFile } from '../observation-file.ts';
import { redactLines } from '../redact.ts';
import type { Asker, Dialler, HopRequest, LogReader, NameLookup, Sources } from '../slot-context.ts';
import { redacted } from './redacted.ts';

/** A hop may be asked with both schemes. */
type RecordedHop = Pick<HopAnswer, 'address' | 'port' | 'observation'> & Pick<HopRequest, 'scheme'>;

/** What one look brought. */
export interface SeenObjects {
  readonly kind: Kind;
  readonly objects: readonly object[];
}

export interface AwsAnswer {
  readonly look: keyof AwsReader;
  readonly answer: Lookup<unknown>;
}

/** Everything that a diagnosis read, in the order in which it came; a part that is absent could not be asked at all. */
export interface Recording {
  readonly seen: readonly SeenObjects[];
  readonly unreadable: readonly Unreadable[];
  /** Looks of which no answer has come: the diagnosis did not wait for them. */
  readonly pending: ReadonlySet<Omit<Unreadable, 'reason' | 'message'>>;
  readonly dns?: NonNullable<ObservationFile['dns']>;
  readonly dials?: readonly Pick<Dial, 'address' | 'port' | 'result'>[];
  readonly hops?: readonly RecordedHop[];
  readonly health?: readonly Pick<HealthAnswer, 'address' | 'port' | 'path' | 'observation'>[];
  /** At most one. */
  readonly repeats?: readonly Observation[];
  readonly logs?: readonly LogExcerpt[];
  readonly aws?: readonly AwsAnswer[];
}

/** The kind under which a log that could not be read stands among the look-ups that failed. */
export const POD_LOG = 'PodLog';

interface Seen {
  readonly objects: SeenObjects[];
  readonly unreadable: Unreadable[];
  readonly pending: Set<Omit<Unreadable, 'reason' | 'message'>>;
}

/** A redacted copy; of equal objects the same one, as in a dump, where each stands once. */
type Copy = <T>(value: T) => T;

function createCopies(): Copy {
  const copies = new Map<string, unknown>();
  return <T>(value: T): T => {
    if (typeof value !== 'object' || value === null) return value;
    const copy = redacted(value);
    const text = JSON.stringify(copy);
    const known = copies.get(text) ?? copy;
    copies.set(text, known);
    return known as T;
  };
}

function recordedReader(reader: ClusterReader, { objects, unreadable, pending }: Seen): ClusterReader {
  const copyOf = createCopies();
  const asked = async <T>(kind: Kind, look: Look, lookup: Promise<Lookup<T>>): Promise<Lookup<T>> => {
    const what = { kind, look };
    pending.add(what);
    const answer = await lookup;
    pending.delete(what);
    if (!answer.ok) unreadable.push({ ...what, reason: answer.reason, message: answer.message });
    return answer;
  };
  return {
    async get(kind, key) {
      const object = mapLookup(await asked(kind, lookAt(key), reader.get(kind, key)), copyOf);
      if (object.ok && object.value !== undefined) objects.push({ kind, objects: [object.value] });
      return object;
    },
    async list(kind, scope = {}) {
      const listed = await asked(kind, { verb: 'list', of: scope }, reader.list(kind, scope));
      const list = mapLookup(listed, (all) => all.map(copyOf));
      if (list.ok) objects.push({ kind, objects: list.value });
      return list;
    },
  };
}

const recordedNames =
  (resolve: NameLookup, dns: NonNullable<ObservationFile['dns']>[number][]): NameLookup =>
  async (name) => {
    const addresses = await resolve(name);
    if (addresses.ok) dns.push({ name, addresses: addresses.value });
    return addresses;
  };

const recordedDialler =
  (dial: Dialler, dials: Pick<Dial, 'address' | 'port' | 'result'>[]): Dialler =>
  async (address, port) => {
    const result = await dial(address, port);
    dials.push({ address, port, result });
    return result;
  };

/** Answers of hops, and those to questions for health by their path. */
interface Answers {
  readonly hops: RecordedHop[];
  readonly health: Pick<HealthAnswer, 'address' | 'port' | 'path' | 'observation'>[];
}

const recordedAsker =
  (ask: Asker, { hops, health }: Answers): Asker =>
  async (request) => {
    const observation = redacted(await ask(request));
    const { scheme, address, port, path, isHealthCheck } = request;
    if (isHealthCheck) health.push({ address, port, path, observation });
    else hops.push({ scheme, address, port, observation });
    return observation;
  };

const recordedRepeat =
  (repeat: () => Promise<Observation>, repeats: Observation[]) => async (): Promise<Observation> => {
    const observation = redacted(await repeat());
    repeats.push(observation);
    return observation;
  };

const recordedLogs =
  (readLog: LogReader, logs: LogExcerpt[], unreadable: Unreadable[]): LogReader =>
  async (request) => {
    const text = await readLog(request);
    const { namespace, podName, container, previous, tailLines } = request;
    if (!text.ok) {
      const { reason, message } = text;
      unreadable.push({ kind: POD_LOG, look: lookAt({ name: podName, namespace }), reason, message });
      return text;
    }
    if (text.value === undefined) return text;
    const lines = redactLines(text.value, tailLines);
    logs.push({ podName, container, previous, lines });
    return found(lines.join('\n'));
  };

function recordedAws(aws: AwsReader, answers: AwsAnswer[]): AwsReader {
  const keep =
    <Asked extends readonly unknown[], Answer>(
      look: keyof AwsReader,
      ask: (...asked: Asked) => Promise<Lookup<Answer>>,
    ) =>
    async (...asked: Asked): Promise<Lookup<Answer>> => {
      const answer = mapLookup(await ask(...asked), redacted);
      answers.push({ look, answer });
      return answer;
    };
  return {
    loadBalancer: keep('loadBalancer', aws.loadBalancer),
    listeners: keep('listeners', aws.listeners),
    targetGroups: keep('targetGroups', aws.targetGroups),
    certificates: keep('certificates', aws.certificates),
    securityGroups: keep('securityGroups', aws.securityGroups),
    webACL: keep('webACL', aws.webACL),
    wafLog: keep('wafLog', aws.wafLog),
    wafSamples: keep('wafSamples', aws.wafSamples),
    accessLog: keep('accessLog', aws.accessLog),
  };
}

/** What answers questions beside the cluster and AWS, each remembered as it comes. */
function recordedTries({ resolve, dial, ask, repeat, readLog }: Sources, seen: Seen) {
  const dns: NonNullable<ObservationFile['dns']>[number][] = [];
  const dials: Pick<Dial, 'address' | 'port' | 'result'>[] = [];
  const answers: Answers = { hops: [], health: [] };
  const repeats: Observation[] = [];
  const logs: LogExcerpt[] = [];
  return {
    sources: {
      ...(resolve && { resolve: recordedNames(resolve, dns) }),
      ...(dial && { dial: recordedDialler(dial, dials) }),
      ...(ask && { ask: recordedAsker(ask, answers) }),
      ...(repeat && { repeat: recordedRepeat(repeat, repeats) }),
      ...(readLog && { readLog: recordedLogs(readLog, logs, seen.unreadable) }),
    },
    recording: {
      ...(resolve && { dns }),
      ...(dial && { dials }),
      ...(ask && answers),
      ...(repeat && { repeats }),
      ...(readLog && { logs }),
    },
  };
}

/** Sources that hand on what was read without secrets, and remember it so: what is judged now is judged again later. */
export function recorded(sources: Sources): { readonly sources: Sources; readonly recording: Recording } {
  const seen: Seen = { objects: [], unreadable: [], pending: new Set() };
  const answers: AwsAnswer[] = [];
  const { reader, aws } = sources;
  const tries = recordedTries(sources, seen);
  return {
    sources: {
      ...sources,
      reader: recordedReader(reader, seen),
      ...tries.sources,
      ...(aws && { aws: recordedAws(aws, answers) }),
    },
    recording: {
      seen: seen.objects,
      unreadable: seen.unreadable,
      pending: seen.pending,
      ...tries.recording,
      ...(aws && { aws: answers }),
    },
  };
}
