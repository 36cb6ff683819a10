import type { StatusProbeSpec } from '../api/generated.ts';
import type { NamespaceMode } from './annotations.ts';
import { type RoutingObject, says, type WantedProbe, wantedFor } from './wanted-probes.ts';

/** A StatusProbe of the namespace as it is stored. */
export interface ExistingProbe {
  readonly name: string;
  readonly uid: string;
  /** Of the object that it was made for; absent where a person or another program made it. */
  readonly madeFor?: string;
  /** Absent where it cannot be used. */
  readonly spec?: StatusProbeSpec;
}

/** One sentence about an object whose wish is not met. */
export interface Complaint {
  readonly uid: string;
  readonly message: string;
}

/** What is to be done in one namespace. */
export interface Plan {
  readonly apply: readonly { readonly probe: WantedProbe; readonly existing?: ExistingProbe }[];
  readonly remove: readonly ExistingProbe[];
  readonly complaints: readonly Complaint[];
}

/** The longest name that an object of Kubernetes may have. */
const LONGEST_NAME = 253;

/**
 * Brings the StatusProbes of a namespace in line with what its objects ask for. Those that were made for an object that
 * is not there any more are left to Kubernetes' garbage collector.
 */
export function planNamespace(
  objects: readonly RoutingObject[],
  existing: readonly ExistingProbe[],
  mode: NamespaceMode,
): Plan {
  const complaints: Complaint[] = [];
  const wanted: WantedProbe[] = [];
  const settled = new Set<string>();
  for (const routing of objects) {
    const { uid = '' } = routing.object.metadata;
    const wish = wantedFor(routing, mode);
    if (wish.ok) {
      settled.add(uid);
      wanted.push(...wish.probes);
      complaints.push(...wish.passedOver.map((message) => ({ uid, message })));
    } else complaints.push({ uid, message: wish.message });
  }
  const naming = nameAll(wanted, existing);
  const kept = new Set(naming.named.map(({ name }) => name));
  const byName = new Map(existing.map((probe) => [probe.name, probe]));
  return {
    apply: naming.named
      .map((probe) => ({ probe, ...existingAs(byName.get(probe.name)) }))
      .filter(({ probe, existing: stored }) => !says(stored?.spec, probe.spec)),
    // What an object asks for in words that nobody understands is no reason to remove what it has.
    remove: existing.filter(
      ({ name, madeFor }) => madeFor !== undefined && settled.has(madeFor) && !kept.has(name),
    ),
    complaints: [...complaints, ...naming.complaints],
  };
}

const existingAs = (existing: ExistingProbe | undefined) => (existing === undefined ? {} : { existing });

/** An Ingress and a Service may share a name: the second says its kind. */
const candidates = ({ name, kind }: WantedProbe): readonly string[] => [
  name,
  `${name}-${kind.toLowerCase()}`,
];

/** Each gets the name that it has already, else the first one that is free. */
function nameAll(
  wanted: readonly WantedProbe[],
  existing: readonly ExistingProbe[],
): { readonly named: readonly WantedProbe[]; readonly complaints: readonly Complaint[] } {
  const holders = new Map(existing.map(({ name, madeFor = '' }) => [name, madeFor]));
  const taken = new Set<string>();
  const named = new Map<WantedProbe, string>();
  const complaints: Complaint[] = [];
  const take = (probe: WantedProbe, name: string) => {
    taken.add(name);
    named.set(probe, name);
  };
  for (const probe of wanted) {
    const own = candidates(probe).find((name) => holders.get(name) === probe.uid && !taken.has(name));
    if (own !== undefined) take(probe, own);
  }
  for (const probe of wanted.filter((each) => !named.has(each))) {
    const { name, message } = freeName(probe, holders, taken);
    if (name !== undefined) take(probe, name);
    if (message !== undefined) complaints.push({ uid: probe.uid, message });
  }
  const inOrder = wanted.flatMap((probe) => {
    const name = named.get(probe);
    return name === undefined ? [] : [{ ...probe, name }];
  });
  return { named: inOrder, complaints };
}

/** The name for a probe, or why it gets none; neither while what holds it is about to be removed. */
interface Name {
  readonly name?: string;
  readonly message?: string;
}

/** Beside what another object has there is room; what a person made keeps its name for itself. */
function freeName(
  probe: WantedProbe,
  holders: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): Name {
  const { kind } = probe;
  const name = candidates(probe).find((each) => !taken.has(each)) ?? '';
  if (name === '' || name.length > LONGEST_NAME) {
    return { message: `There is no name for a StatusProbe like ${probe.name}.` };
  }
  const holder = holders.get(name);
  if (holder === undefined) return { name };
  if (holder !== '') return {};
  return {
    message: `StatusProbe ${name} exists and was not made for this ${kind}: delete or rename it, or annotate this ${kind} with statusprobe.dev/probe: "false".`,
  };
}
