import type { Dial, RouteEndpoint } from '../model/route-evidence.ts';

/** The one Node on which endpoints take no connection, while those on other Nodes do. */
export interface SilentNode {
  readonly name: string;
  readonly dials: readonly Dial[];
  /** Nodes of the endpoints that were reached. */
  readonly reached: readonly string[];
}

const IS_SILENT: ReadonlySet<Dial['result']> = new Set(['Timeout', 'Unreachable']);

/** A refusal reaches the Pod too: it comes from there. */
const IS_REACHED: ReadonlySet<Dial['result']> = new Set(['Open', 'Refused']);

export function silentNode(
  endpoints: readonly RouteEndpoint[],
  dials: readonly Dial[],
): SilentNode | undefined {
  const used = dials.flatMap((dial) => {
    const endpoint = endpoints.find(({ ready, address }) => ready && address === dial.address);
    return dial.alternative || endpoint?.nodeName === undefined ? [] : [{ dial, node: endpoint.nodeName }];
  });
  const silent = used.filter(({ dial }) => IS_SILENT.has(dial.result));
  const [name, ...others] = new Set(silent.map(({ node }) => node));
  const reached = new Set(used.filter(({ dial }) => IS_REACHED.has(dial.result)).map(({ node }) => node));
  if (name === undefined || others.length > 0 || reached.size === 0 || reached.has(name)) return undefined;
  return { name, dials: silent.map(({ dial }) => dial), reached: [...reached] };
}
