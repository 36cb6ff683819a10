import type { NamespaceMode } from './annotations.ts';
import { type Complaint, type ExistingProbe, planNamespace } from './plan.ts';
import type { RoutingObject, WantedProbe } from './wanted-probes.ts';

/** A namespace as the cluster has it by now. */
export interface NamespaceState {
  readonly mode: NamespaceMode;
  readonly objects: readonly RoutingObject[];
  readonly probes: readonly ExistingProbe[];
  /** About the namespace itself. */
  readonly complaints: readonly Complaint[];
}

/** How the work reaches the cluster. */
export interface NamespaceHands {
  /** Writes what the object asks for, and nothing where somebody else has the name. */
  apply(probe: WantedProbe, existing: ExistingProbe | undefined): Promise<void>;
  remove(existing: ExistingProbe): Promise<void>;
  /** Tells whoever annotated the object with this UID. */
  complain(complaint: Complaint): Promise<void>;
}

/** Gives annotated objects their StatusProbes, one namespace at a time. */
export class AutomaticProbes {
  /** Complaints that stand, by namespace: each is told once. */
  readonly #told = new Map<string, ReadonlySet<string>>();

  /** Does all that can be done; throws the first thing that could not. */
  async reconcile(namespace: string, state: NamespaceState, hands: NamespaceHands): Promise<void> {
    const { apply, remove, complaints } = planNamespace(state.objects, state.probes, state.mode);
    const outcomes = await Promise.allSettled([
      ...remove.map((existing) => hands.remove(existing)),
      ...apply.map(({ probe, existing }) => hands.apply(probe, existing)),
      ...this.#news(namespace, [...state.complaints, ...complaints]).map((each) => hands.complain(each)),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Lets go of a namespace that another replica looks after, or nobody any more. */
  forget(namespace: string): void {
    this.#told.delete(namespace);
  }

  #news(namespace: string, complaints: readonly Complaint[]): readonly Complaint[] {
    const before = this.#told.get(namespace);
    const idOf = ({ uid, message }: Complaint) => `${uid} ${message}`;
    if (complaints.length === 0) this.#told.delete(namespace);
    else this.#told.set(namespace, new Set(complaints.map(idOf)));
    return complaints.filter((each) => before?.has(idOf(each)) !== true);
  }
}
