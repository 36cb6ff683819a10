import type { Observation, ProbeDetail, TLSObservation } from '../diagnosis/model/observation.ts';
import { SEVERITIES, type Severity } from '../diagnosis/model/vocabulary.ts';
import type { CommonLabels } from './live-gauge.ts';

/** The part of a StatusProbe's status that metrics tell of. */
export interface ProbeState {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
  readonly verdict?: { readonly owner: string; readonly layer: string; readonly reason: string };
  readonly failingSince?: string;
  readonly findings?: readonly { readonly severity: string; readonly muted?: boolean }[];
}

/** What the last probe of a StatusProbe brought, without what metrics do not tell. */
export interface ProbeFigures {
  readonly success: boolean;
  readonly timeSeconds: number;
  readonly code: number;
  /** 0 when nobody answered. */
  readonly httpVersion: number;
  readonly hasResolved: boolean;
  readonly detail?: ProbeDetail;
  readonly tls?: TLSObservation;
}

/** All that is exported of one StatusProbe. */
export interface ProbeSample {
  /** Its namespace and name. */
  readonly common: CommonLabels;
  readonly verdict?: ProbeState['verdict'];
  readonly ready: { readonly value: 0 | 1; readonly reason: string };
  readonly suspended: boolean;
  readonly failingSinceSeconds?: number;
  readonly findings: ReadonlyMap<Severity, number>;
  /** Absent before the first probe and while it is suspended. */
  readonly figures?: ProbeFigures;
}

export function figuresOf(observation: Observation): ProbeFigures {
  const { success, time, code = 0, httpVersion, failure, detail, tls } = observation;
  return {
    success,
    timeSeconds: Date.parse(time) / 1000,
    code,
    httpVersion: Number(httpVersion ?? 0),
    hasResolved: failure?.phase !== 'Resolve',
    ...(detail === undefined ? {} : { detail }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** `figures` of the last probe stay while no newer ones come, unless the StatusProbe is suspended. */
export function sampleOf(
  common: CommonLabels,
  state: ProbeState,
  figures: ProbeFigures | undefined,
): ProbeSample {
  const ready = state.conditions?.find(({ type }) => type === 'Ready');
  const suspended = ready?.reason === 'Suspended';
  const { verdict, failingSince } = state;
  return {
    common,
    ...(verdict === undefined ? {} : { verdict }),
    ready: { value: ready?.status === 'True' ? 1 : 0, reason: ready?.reason ?? 'NotProbed' },
    suspended,
    ...(failingSince === undefined ? {} : { failingSinceSeconds: Date.parse(failingSince) / 1000 }),
    findings: countBySeverity(state),
    ...(figures === undefined || suspended ? {} : { figures }),
  };
}

const countBySeverity = ({ findings = [] }: ProbeState): ReadonlyMap<Severity, number> =>
  new Map(
    SEVERITIES.map((severity) => [
      severity,
      findings.filter((finding) => finding.severity === severity && finding.muted !== true).length,
    ]),
  );
