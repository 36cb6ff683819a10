import { type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { SlotContext } from '../slot-context.ts';

/** What of a logged request tells whose it is. */
interface LoggedRequest {
  readonly time: string;
  readonly userAgent?: string;
  readonly traceID?: string;
  readonly method: string;
}

/** `Root=1-67891233-abcdef012345678912345678` and the request id are the same digits. */
const digitsOf = (traceID: string): string => traceID.replace(/^.*Root=1-/, '').replace(/[^0-9a-f].*$/, '');

const requestIDOf = (traceID: string): string =>
  digitsOf(traceID.replace(/(Root=1-[0-9a-f]{8})-/, '$1')).slice(0, 32);

/** Those that this probe sent, by its trace id or its User-Agent; newest first. */
export function ownRequests<T extends LoggedRequest>(
  { probe, observation }: SlotContext,
  requests: readonly T[],
): readonly T[] {
  const name = probe.name === undefined ? undefined : `(+${probe.namespace}/${probe.name})`;
  const isOwn = ({ userAgent, traceID, method }: T): boolean => {
    if (traceID !== undefined && observation.requestID === requestIDOf(traceID)) return true;
    return name !== undefined && method === observation.method && (userAgent?.endsWith(name) ?? false);
  };
  return requests.filter(isOwn).sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

/** A StatusProbe names itself so at the end of its User-Agent. */
const NAMED = /\(\+[^()]+\)$/;

const NEAR_MILLISECONDS = 5 * 60_000;

/** Those for the same path at about the same time of which nobody says who sent them. */
export function alikeRequests<T extends LoggedRequest & { readonly uri: string }>(
  { observation }: SlotContext,
  path: string,
  requests: readonly T[],
): readonly T[] {
  const isNear = (time: string) =>
    Math.abs(Date.parse(time) - Date.parse(observation.time)) <= NEAR_MILLISECONDS;
  return requests
    .filter(
      ({ time, method, uri, userAgent = '' }) =>
        method === observation.method && uri === path && isNear(time) && !NAMED.test(userAgent),
    )
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

/** Reads a log for the probe's own requests, when a look at it is due. */
export function ownRequestsIn<T extends LoggedRequest>(
  context: SlotContext,
  log: string,
  read: () => Promise<Lookup<readonly T[]>>,
): Promise<Lookup<readonly T[]>> {
  const { probe, observation, logLooks } = context;
  const ask = async () => mapLookup(await read(), (requests) => ownRequests(context, requests));
  if (logLooks === undefined) return ask();
  const failingSince = probe.failingSince ?? observation.time;
  return logLooks({ name: `${probe.namespace}/${probe.name} ${log}`, failingSince }, ask);
}
