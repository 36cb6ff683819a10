import type { AuthServiceEvidence } from '../model/auth-service.ts';
import type { ControllerWorkload } from '../model/controller-workload.ts';
import type { Dependency } from '../model/dependency.ts';
import type { Diagnosis, JudgedFinding, PathHop, Verdict } from '../model/diagnosis.ts';
import type { Gathered, Route, Slot } from '../model/evidence.ts';
import type { GatewaysEvidence, HTTPRouteEvidence } from '../model/http-route-evidence.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import type { PodsEvidence } from '../model/route-evidence.ts';

type NamedObject = { readonly kind: string; readonly namespace?: string; readonly name: string };

const seen = <T>(slot: Slot<T> | undefined): T | undefined => (slot?.ok ? slot.value : undefined);

const named = (kind: string, { metadata }: KubernetesObject): NamedObject => ({ kind, ...metadata });

function ingressObjects({ candidates, rivals, match }: IngressEvidence): readonly NamedObject[] {
  const matches = match === undefined ? rivals : [match, ...rivals];
  const ingresses = [...candidates, ...matches.map(({ ingress }) => ingress)];
  const { namespace = '' } = match?.ingress.metadata ?? {};
  const service = match?.backend.service;
  return [
    ...ingresses.map((ingress) => named('Ingress', ingress)),
    ...(service === undefined ? [] : [{ kind: 'Service', namespace, name: service.name }]),
  ];
}

const httpRouteObjects = ({ candidates, rivals }: HTTPRouteEvidence): readonly NamedObject[] =>
  [...candidates, ...rivals.map(({ route }) => route)].map((route) => named('HTTPRoute', route));

const gatewayObjects = ({ parents }: GatewaysEvidence): readonly NamedObject[] =>
  parents.map(({ reference }) => reference);

const podObjects = ({ pods, ownerOf }: PodsEvidence): readonly NamedObject[] => [
  ...pods.map((pod) => named('Pod', pod)),
  ...ownerOf.values(),
];

const objectsBehind = ({
  pods,
  workloads,
}: Pick<AuthServiceEvidence & ControllerWorkload, 'pods' | 'workloads'>): readonly NamedObject[] => [
  ...podObjects(pods),
  ...workloads.selected.map((workload) => named(workload.kind, workload)),
];

const behindObjects = (service: AuthServiceEvidence | Dependency): readonly NamedObject[] => [
  service.reference,
  ...objectsBehind(service),
];

const dependencyObjects = (dependencies: readonly Dependency[] = []): readonly NamedObject[] =>
  dependencies.flatMap(behindObjects);

/** Objects outside the probe's namespace that a diagnosis may name, each once. */
export function foreignObjects(
  evidence: Route & Gathered,
  { verdict, findings, changes = [] }: Diagnosis,
  home: string,
): readonly ObjectReference[] {
  const ingress = seen(evidence.ingress);
  const httpRoute = seen(evidence.httpRoute);
  const gateways = seen(evidence.gateways);
  const service = seen(evidence.service);
  const pods = seen(evidence.pods);
  const workloads = seen(evidence.workloads);
  const authService = seen(evidence.authService);
  const controller = seen(evidence.controllerWorkload);
  const objects: readonly NamedObject[] = [
    ...(ingress === undefined ? [] : ingressObjects(ingress)),
    ...(httpRoute === undefined ? [] : httpRouteObjects(httpRoute)),
    ...(gateways === undefined ? [] : gatewayObjects(gateways)),
    ...(seen(evidence.routeBackends) ?? []).map(({ reference }) => reference),
    ...(service === undefined ? [] : [service.reference]),
    ...(pods === undefined ? [] : podObjects(pods)),
    ...(workloads?.selected ?? []).map((workload) => named(workload.kind, workload)),
    ...(authService === undefined ? [] : behindObjects(authService)),
    ...dependencyObjects(seen(evidence.dependencies)),
    ...(controller === undefined ? [] : objectsBehind(controller)),
    ...[...findings, ...changes].map(({ subject }) => subject),
    ...(verdict.culprit === undefined ? [] : [verdict.culprit]),
  ];
  const foreign = objects.filter(({ namespace }) => namespace !== undefined && namespace !== home);
  const byRef = new Map(
    foreign.map(({ kind, namespace = '', name }) => {
      const reference = referenceTo({ kind, namespace, name }, home);
      return [reference.ref, reference];
    }),
  );
  return [...byRef.values()];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names that may be shown: one that is hidden elsewhere tells nothing where an object of that name is shown. */
function shownNames({ path, findings }: Diagnosis, isHidden: (ref: string) => boolean): ReadonlySet<string> {
  const refs = [...path.map(({ ref = '' }) => ref), ...findings.map(({ subject }) => subject.ref)];
  return new Set(refs.filter((ref) => !isHidden(ref)).map((ref) => ref.split('/').at(-1) ?? ''));
}

/** Whether a text names a hidden object: by name, or by its namespace as messages and commands write it. */
function mentions(
  hidden: readonly ObjectReference[],
  shown: ReadonlySet<string>,
): (text: string | undefined) => boolean {
  const words = hidden.flatMap(({ namespace = '', name }) => [
    ...(shown.has(name) ? [] : [`${escaped(name)}(?![\\w-])`]),
    `${escaped(namespace)}/`,
    `namespace ${escaped(namespace)}(?![\\w-])`,
    `-n '?${escaped(namespace)}(?![\\w-])`,
  ]);
  const pattern = new RegExp(`(?<![\\w.-])(?:${[...new Set(words)].join('|')})`);
  return (text) => text !== undefined && pattern.test(text);
}

const WITHHELD = 'What is wrong lies in a namespace that the ServiceAccount of the probe may not read';

/** A finding about an object that may be shown, without what it says of others. */
function discreet(finding: JudgedFinding, isTelling: (text: string | undefined) => boolean): JudgedFinding {
  const { message, observed, expected, evidence, fix } = finding;
  if (![message, observed, expected, fix, ...evidence].some(isTelling)) return finding;
  const { observed: _, expected: __, fix: ___, ...kept } = finding;
  return { ...kept, message: WITHHELD, evidence: [] };
}

function discreetVerdict(
  verdict: Verdict,
  isHidden: (ref: string) => boolean,
  isTelling: (text: string | undefined) => boolean,
): Verdict {
  const { owner, layer, summary, culprit, confidence, fix, commands = [] } = verdict;
  const isSafe = !isHidden(culprit?.ref ?? '') && ![summary, fix, ...commands].some(isTelling);
  if (isSafe) return verdict;
  return {
    owner,
    layer,
    reason: 'NotPermitted',
    summary: WITHHELD,
    ...(confidence === undefined ? {} : { confidence }),
  };
}

/** Endpoints that may not be named count as one hop, so that not even their number is told. */
function discreetPath(path: readonly PathHop[], isHidden: (ref: string) => boolean): readonly PathHop[] {
  const isServiceHidden = path.some(({ hop, ref = '' }) => hop === 'Service' && isHidden(ref));
  const shown = path.map((stop): PathHop => {
    const { hop, ref = '' } = stop;
    const isWithheld = isHidden(ref) || (hop === 'Endpoint' && isServiceHidden);
    return isWithheld ? { hop, result: 'NotPermitted' } : stop;
  });
  return shown.filter(
    (stop, index) =>
      stop.result !== 'NotPermitted' || shown[index - 1]?.hop !== stop.hop || stop.ref !== undefined,
  );
}

/** A diagnosis as it may be shown where these objects of other namespaces may not be named. */
export function withhold(diagnosis: Diagnosis, hidden: readonly ObjectReference[]): Diagnosis {
  if (hidden.length === 0) return diagnosis;
  const refs = new Set(hidden.map(({ ref }) => ref));
  const isHidden = (ref: string) => refs.has(ref);
  const isTelling = mentions(hidden, shownNames(diagnosis, isHidden));
  const findings = diagnosis.findings
    .filter(({ subject }) => !isHidden(subject.ref))
    .map((finding) => discreet(finding, isTelling));
  const ids = new Set(findings.map(({ id }) => id));
  const changes = diagnosis.changes?.filter(
    ({ subject, message }) => !isHidden(subject.ref) && !isTelling(message),
  );
  return {
    ...diagnosis,
    verdict: discreetVerdict(diagnosis.verdict, isHidden, isTelling),
    path: discreetPath(diagnosis.path, isHidden).map(({ message, ...stop }) =>
      message === undefined || isTelling(message) ? stop : { ...stop, message },
    ),
    endpointsOmitted: diagnosis.path.some(({ hop, ref = '' }) => hop === 'Endpoint' && isHidden(ref))
      ? 0
      : diagnosis.endpointsOmitted,
    findings: findings.map(({ causedBy, ...finding }) =>
      causedBy === undefined || !ids.has(causedBy) ? finding : { ...finding, causedBy },
    ),
    notChecked: diagnosis.notChecked.map(({ message, ...rest }) =>
      message === undefined || isTelling(message) ? rest : { ...rest, message },
    ),
    ...(changes && { changes }),
  };
}
