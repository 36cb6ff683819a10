import type { PathHop, StatusProbeStatus } from '../../api/generated.ts';

/** One stop on the request's way, with what was found there. */
export interface Station {
  readonly title: string;
  /** A result of status.path, or Unseen where nobody says anything of it. */
  readonly result: string;
  /** Whether the verdict puts the cause here. */
  readonly isCause: boolean;
  /** Whether the answer was written here. */
  readonly hasAnswered: boolean;
  readonly hops: readonly PathHop[];
}

interface Stop {
  readonly title: string;
  /** Of status.path. */
  readonly hops: readonly string[];
  /** Of verdicts and findings. */
  readonly layers: readonly string[];
  /** Whether it is drawn only where something is found there. */
  readonly isRare?: boolean;
}

/** The whole way, outermost first. */
const STOPS: readonly Stop[] = [
  { title: 'Request', hops: [], layers: ['Client'], isRare: true },
  { title: 'DNS', hops: ['DNS'], layers: ['DNS'] },
  { title: 'Edge', hops: ['Edge'], layers: ['Edge'], isRare: true },
  { title: 'Load balancer', hops: ['LoadBalancer'], layers: ['LoadBalancer'] },
  { title: 'WAF', hops: ['WAF'], layers: ['WAF'] },
  { title: 'Ingress', hops: ['Ingress', 'Gateway', 'HTTPRoute'], layers: ['Ingress'] },
  { title: 'Service', hops: ['Service'], layers: ['Service'] },
  { title: 'Network', hops: ['Network'], layers: ['Network'], isRare: true },
  { title: 'Endpoints', hops: ['Endpoint'], layers: [] },
  { title: 'Pods', hops: ['Pod'], layers: ['Pod', 'Node'] },
  { title: 'Sign-in', hops: ['Auth'], layers: ['Auth'], isRare: true },
  { title: 'Application', hops: ['Application'], layers: ['Application'] },
];

const RESULTS = ['Failed', 'Degraded', 'NotPermitted', 'NotChecked', 'OK'];

const worst = (hops: readonly PathHop[]): string | undefined =>
  RESULTS.find((wanted) => hops.some(({ result }) => result === wanted)) ?? hops[0]?.result;

const OF_SEVERITY: Readonly<Record<string, string>> = { Error: 'Failed', Warning: 'Degraded' };

function ofFindings({ findings = [] }: StatusProbeStatus, { layers }: Stop): string | undefined {
  const results = findings
    .filter(({ layer, muted }) => layers.includes(layer) && muted !== true)
    .map(({ severity }) => OF_SEVERITY[severity]);
  return ['Failed', 'Degraded'].find((result) => results.includes(result));
}

function stationAt(status: StatusProbeStatus, stop: Stop): Station {
  const { path = [], verdict, lastProbe } = status;
  const hops = path.filter(({ hop }) => stop.hops.includes(hop));
  const isCause = verdict !== undefined && verdict.owner !== 'None' && stop.layers.includes(verdict.layer);
  const result = isCause ? 'Failed' : (worst(hops) ?? ofFindings(status, stop) ?? 'Unseen');
  const hasAnswered = stop.layers.includes(lastProbe?.answeredBy?.layer ?? '');
  return { title: stop.title, result, isCause, hasAnswered, hops };
}

/** Every stop of the request's way, the hop that failed marked; hops of a later release stand at the end. */
export function stationsOf(status: StatusProbeStatus): readonly Station[] {
  const known = new Set(STOPS.flatMap(({ hops }) => hops));
  const strange = (status.path ?? []).filter(({ hop }) => !known.has(hop));
  return [
    ...STOPS.map((stop) => ({ stop, station: stationAt(status, stop) }))
      .filter(
        ({ stop, station }) => stop.isRare !== true || station.result !== 'Unseen' || station.hasAnswered,
      )
      .map(({ station }) => station),
    ...strange.map((hop) => ({
      title: hop.hop,
      result: hop.result,
      isCause: false,
      hasAnswered: false,
      hops: [hop],
    })),
  ];
}
