import type { Evidence, SlotName } from './evidence.ts';
import type { ObjectReference } from './reference.ts';
import type { Confidence, Layer, Owner, Severity } from './vocabulary.ts';

/** What a failure looks like from outside: a status code, a class of codes, or how the request failed without one. */
export type Symptom =
  | number
  | '1xx'
  | '3xx'
  | '4xx'
  | '5xx'
  /** DNS gave no address. */
  | 'DNS'
  /** No connection, or one that broke before an answer. */
  | 'Connection'
  | 'TLS'
  /** Nobody answered in time. */
  | 'Timeout'
  | 'RedirectLoop'
  /** The answer came, and its headers, body, latency or certificate are not as expected. */
  | 'Assertion'
  /** The object that the probe names does not exist, or nobody serves it. */
  | 'TargetNotFound'
  | 'NoAddress';

/** What clients see when nothing usable stands behind a proxy or Service. */
export const GATEWAY_SYMPTOMS = [
  502,
  503,
  504,
  'Connection',
  'Timeout',
] as const satisfies readonly Symptom[];

/** A reason as data beside its check: all texts, owners and fixes that users read come from here. */
export interface ReasonDefinition {
  readonly severity: Severity;
  readonly owner: Owner;
  /** Only where it differs from the check's layer. */
  readonly layer?: Layer;
  /** One sentence; `{name}` are slots that the check must fill. */
  readonly message: string;
  /** What to do, one sentence, same slots. */
  readonly fix?: string;
  /** A command that shows or mends it, same slots; slots must be names that passed Kubernetes' name rules. */
  readonly command?: string;
  /** Symptoms that this can be the cause of; a finding that explains nothing of what was seen is never the verdict. */
  readonly explains: readonly Symptom[];
  /** Reasons (of any check) that follow from this one on the same route. */
  readonly leadsTo?: readonly string[];
}

type SlotsIn<Text> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsIn<Rest> : never;

export type SlotsOf<Reason extends ReasonDefinition> =
  | SlotsIn<Reason['message']>
  | SlotsIn<Reason['fix']>
  | SlotsIn<Reason['command']>;

/** What a check says of one reason: the object at fault and the values of the text's slots. */
export interface Statement<Slots extends string> {
  readonly subject: ObjectReference;
  readonly slots: Readonly<Record<Slots, string | number>>;
  readonly observed?: string;
  readonly expected?: string;
  /** At most 3 lines of 256 bytes are kept. */
  readonly evidence?: readonly string[];
  /** `High` (proved) unless told; `Low` never accuses beside a better finding. */
  readonly confidence?: Confidence;
  /** Overrides the reason's severity, for example `Warning` while other endpoints still serve. */
  readonly severity?: Severity;
  /** Overrides the reason's owner where the evidence shows whose it is. */
  readonly owner?: Owner;
  /** Overrides the reason's layer where the route shows where it lies. */
  readonly layer?: Layer;
}

/** A finding before the judge has named, ordered and linked it. */
export interface Finding {
  readonly check: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly owner: Owner;
  readonly layer: Layer;
  readonly subject: ObjectReference;
  readonly message: string;
  readonly observed?: string;
  readonly expected?: string;
  readonly evidence: readonly string[];
  readonly fix?: string;
  readonly command?: string;
  readonly confidence: Confidence;
  readonly explains: readonly Symptom[];
  readonly leadsTo: readonly string[];
}

export type Reasons = Readonly<Record<string, ReasonDefinition>>;

/** Builds a finding; the compiler refuses an unknown reason and a missing slot. */
export type Report<R extends Reasons> = <Name extends keyof R & string>(
  reason: Name,
  statement: Statement<SlotsOf<R[Name]>>,
) => Finding;

export interface CheckDefinition<
  Id extends string = string,
  Need extends SlotName = SlotName,
  Want extends SlotName = SlotName,
  R extends Reasons = Reasons,
> {
  readonly id: Id;
  readonly title: string;
  readonly layer: Layer;
  /** Evidence without which the check is inconclusive; decides what is fetched and which permissions are needed. */
  readonly needs: readonly Need[];
  /** Evidence that only enriches: the check runs without it. */
  readonly wants?: readonly Want[];
  readonly reasons: R;
  run(evidence: Pick<Evidence, Need> & Partial<Pick<Evidence, Want>>, report: Report<R>): readonly Finding[];
}

/** A check whose types are no longer needed: what the engine, docs and command line see. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly layer: Layer;
  readonly needs: readonly SlotName[];
  readonly wants: readonly SlotName[];
  readonly reasons: Reasons;
  readonly run: (evidence: Partial<Evidence>) => readonly Finding[];
}

const fill = (text: string, slots: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, slot: string) => String(slots[slot]));

export const EVIDENCE_LINES = 3;
const EVIDENCE_BYTES = 256;

/** What fits of a line, which may quote a kubelet or controller at length, cut between characters. */
function cutLine(line: string): string {
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(EVIDENCE_BYTES));
  return line.slice(0, read);
}

function finding(check: CheckDefinition, name: string, statement: Statement<string>): Finding {
  const reason = check.reasons[name] as ReasonDefinition;
  const { subject, slots, observed, expected } = statement;
  return {
    check: check.id,
    reason: name,
    severity: statement.severity ?? reason.severity,
    owner: statement.owner ?? reason.owner,
    layer: statement.layer ?? reason.layer ?? check.layer,
    subject,
    message: fill(reason.message, slots),
    ...(observed === undefined ? {} : { observed }),
    ...(expected === undefined ? {} : { expected }),
    evidence: (statement.evidence ?? []).slice(0, EVIDENCE_LINES).map(cutLine),
    ...(reason.fix === undefined ? {} : { fix: fill(reason.fix, slots) }),
    ...(reason.command === undefined ? {} : { command: fill(reason.command, slots) }),
    confidence: statement.confidence ?? 'High',
    explains: reason.explains,
    leadsTo: reason.leadsTo ?? [],
  };
}

/**
 * Declares a check: a pure function from evidence to findings. It never receives a failed look-up
 * and never does I/O; the engine alone knows of missing evidence.
 */
export function defineCheck<
  const Id extends string,
  const Need extends SlotName,
  const R extends Reasons,
  const Want extends SlotName = never,
>(definition: CheckDefinition<Id, Need, Want, R>): Check & { readonly id: Id; readonly reasons: R } {
  const plain = definition as unknown as CheckDefinition;
  const report: Report<Reasons> = (name, statement) => finding(plain, name, statement);
  return {
    ...definition,
    wants: definition.wants ?? [],
    run: (evidence) => plain.run(evidence as Evidence, report),
  };
}
