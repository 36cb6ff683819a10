import type { StatusProbeStatus } from '../../api/generated.ts';
import type { Diagnosis } from '../../diagnosis/model/diagnosis.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { LinkSource } from '../links/failure-links.ts';
import type { Trace } from './failure-trace.ts';
import type { Tally, Thresholds } from './thresholds.ts';

/** Why a probe is not asked at all: the reasons of `Ready=False`. */
export type RefusalReason =
  | 'InvalidSpec'
  | 'TargetRefused'
  | 'SecretNotFound'
  | 'SecretForbidden'
  | 'QuotaExceeded';

/** Why a failure has no diagnosis (yet). */
export type Undiagnosed = 'InProgress' | 'Disabled' | 'BudgetExceeded';

/** What one visit of a StatusProbe brought. */
export type Outcome =
  | { readonly kind: 'Refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly kind: 'Suspended'; readonly message: string }
  /** The replica itself is cut off: its failed probe proves nothing about the target. */
  | {
      readonly kind: 'Blind';
      /** Absent where not even a request could be made. */
      readonly observation?: Observation;
      readonly message: string;
      readonly ready: string;
    }
  | {
      readonly kind: 'Probed';
      readonly observation: Observation;
      readonly diagnosis: Diagnosis | Undiagnosed;
      /** Message of the Ready condition. */
      readonly ready: string;
    };

/** One visit: the outcome, and what of the StatusProbe its judgement depends on. */
export interface Visit {
  readonly generation: number;
  /** `spec.target` and `spec.request` as one text: when it changes, everything starts anew. */
  readonly question: string;
  readonly thresholds: Thresholds;
  readonly historyLimit: number;
  /** What is probed, for people; absent where the spec does not say it. */
  readonly target?: string;
  /** Value of the annotation `statusprobe.dev/requested-at`. */
  readonly requestedAt?: string;
  readonly links?: LinkSource;
  /** RFC 3339. */
  readonly now: string;
  readonly outcome: Outcome;
}

/** What a replica keeps of a StatusProbe between visits: the status, and what the status does not show. */
export interface ProbeRecord {
  readonly status: StatusProbeStatus;
  readonly question: string;
  /** When the first failed probe of the present row was sent. */
  readonly rowStart?: string;
  readonly rowTrace?: Trace;
  readonly recent?: Tally['recent'];
  /** Diagnoses in a row that lacked the evidence of the standing verdict. */
  readonly absences: number;
}

/** A record after a restart, from the status that the API server kept. */
export const recordOf = (status: StatusProbeStatus, question: string): ProbeRecord => ({
  status,
  question,
  absences: 0,
});
