import { applicationOf, podHops } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { APPLICATION_REASONS, ROUTE_ANSWERS } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import type { BackendTLSPolicy } from '../model/gateway-api.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { certificateFault, policyFor, saysUntrusted } from '../topology/backend-certificates.ts';
import { conditionOf, isTrue } from '../topology/gateway-listeners.ts';
import { misbehaviour } from '../topology/misbehaviour.ts';
import type { DeciderEvidence } from '../topology/scheme-decider.ts';

const FAULTS = {
  Mismatch: 'BackendCertificateMismatch',
  Expired: 'BackendCertificateExpired',
  Untrusted: 'BackendCertificateUntrusted',
} as const;

const SHOW = "kubectl -n '{namespace}' get backendtlspolicy '{policy}' -o yaml";

const MAXIMUM_NAMES = 4;

const policyReason = {
  severity: 'Error',
  owner: 'DevOps',
  command: SHOW,
  explains: [500, 502, 503],
  leadsTo: [
    'ApplicationUnavailable',
    'ApplicationProxyBadGateway',
    'ApplicationUpstreamFails',
    ...ROUTE_ANSWERS,
  ],
} as const;

type Known = DeciderEvidence & Partial<Pick<Evidence, 'gateways'>>;

/** What is said of a policy for the Gateway that was asked; where nothing names that one, for any. */
function ancestorsOf({ status }: BackendTLSPolicy, { gateways }: Known) {
  const all = status?.ancestors ?? [];
  const own = all.filter(({ ancestorRef }) => ancestorRef.name === gateways?.asked?.gateway.metadata.name);
  return own.length > 0 ? own : all;
}

const at = ({ metadata }: BackendTLSPolicy, home: string, field?: string) =>
  referenceTo({ kind: 'BackendTLSPolicy', ...metadata }, home, field);

const namesOf = ({ metadata }: BackendTLSPolicy, home: string) => ({
  policy: metadata.name,
  namespace: metadata.namespace ?? home,
});

/** A policy for the Service that names another port than the one that is asked, whose Pods want TLS. */
function missedPort(
  [policy]: readonly BackendTLSPolicy[],
  { service, port }: { readonly service: string; readonly port: ServicePort },
  evidence: Known,
) {
  const index = policy?.spec.targetRefs.findIndex(({ name }) => name === service) ?? -1;
  const named = policy?.spec.targetRefs[index]?.sectionName;
  if (policy === undefined || named === undefined) return undefined;
  if (misbehaviour(evidence)?.what !== 'TLSExpected') return undefined;
  const asked = port.name ?? String(port.port);
  return {
    subject: at(policy, evidence.home, `spec.targetRefs[${index}].sectionName`),
    slots: { ...namesOf(policy, evidence.home), service, named, port: asked },
  };
}

/** What the controller has against the policy; of several policies for one port it may keep another. */
function refusal(policy: BackendTLSPolicy, evidence: Known) {
  const complaint = ancestorsOf(policy, evidence)
    .flatMap((ancestor) => [conditionOf(ancestor, 'ResolvedRefs'), conditionOf(ancestor, 'Accepted')])
    .find((condition) => condition?.status === 'False' && condition.reason !== 'Conflicted');
  if (complaint === undefined) return undefined;
  return {
    subject: at(policy, evidence.home),
    slots: { ...namesOf(policy, evidence.home), why: complaint.reason ?? complaint.type },
    evidence: complaint.message === undefined ? [] : [complaint.message],
  };
}

/** Controllers that know no such policies say nothing of them, and go by none. */
function wrongCertificate(policy: BackendTLSPolicy, evidence: Known) {
  const { bodyStart: answer = '' } = evidence.observation;
  const isTaken = ancestorsOf(policy, evidence).some((ancestor) => isTrue(ancestor, 'Accepted'));
  if (!isTaken && !saysUntrusted(answer)) return undefined;
  const found = certificateFault(policy, podHops(evidence), answer);
  if (found === undefined) return undefined;
  const application = applicationOf(evidence);
  const slots = {
    ...namesOf(policy, evidence.home),
    workload: application.ref,
    wanted: found.wanted.join(' or ') || 'another name',
    names: found.names.slice(0, MAXIMUM_NAMES).join(', ') || 'other names',
  };
  const { fault: kind, confidence } = found;
  const subject = kind === 'Expired' ? application : at(policy, evidence.home, 'spec.validation');
  return { kind, said: { subject, slots, confidence } };
}

export const backendTLSPolicy = defineCheck({
  id: 'backend-tls-policy',
  title: 'The certificates of the Pods are those that the BackendTLSPolicy of their Service looks for',
  layer: 'Ingress',
  needs: ['backendTLSPolicies', 'httpRoute', 'service', 'observation', 'request', 'home', 'statusProbe'],
  wants: ['gateways', 'endpoints', 'pods', 'hops'],
  reasons: {
    BackendTLSPolicyRefused: {
      ...policyReason,
      message: 'The controller of the Gateway does not take BackendTLSPolicy {policy}: {why}',
      fix: 'Correct what the condition of BackendTLSPolicy {policy} names: mostly a ConfigMap with the CA in key ca.crt',
    },
    BackendTLSPolicyOtherPort: {
      ...policyReason,
      message:
        'BackendTLSPolicy {policy} is for port {named} of Service {service}, and the HTTPRoute sends to port {port}',
      fix: 'Let BackendTLSPolicy {policy} name port {port}, or no port at all',
      explains: [400, 500, 502, 503, 'Connection'],
      leadsTo: ['PodExpectsTLS', ...APPLICATION_REASONS, ...policyReason.leadsTo],
    },
    BackendCertificateMismatch: {
      ...policyReason,
      message:
        'BackendTLSPolicy {policy} looks for a certificate of {wanted}, and that of {workload} is for {names}',
      fix: 'Set validation.hostname of BackendTLSPolicy {policy} to a name that the certificate has, or issue one for {wanted}',
    },
    BackendCertificateExpired: {
      ...policyReason,
      layer: 'Pod',
      message: 'The certificate of {workload}, which BackendTLSPolicy {policy} has verified, has expired',
      fix: 'Renew the certificate of {workload}, and let it read the new one',
    },
    BackendCertificateUntrusted: {
      ...policyReason,
      message:
        'The Gateway does not trust the certificate of {workload} by the authorities of BackendTLSPolicy {policy}',
      fix: 'Let validation of BackendTLSPolicy {policy} name the authority that signed the certificate of {workload}',
    },
  },
  run({ backendTLSPolicies: policies, ...evidence }, report) {
    const { service: { service, port } = {}, observation } = evidence;
    if (service === undefined || port === undefined) return [];
    const policy = policyFor(policies, service.metadata.name, port);
    if (policy === undefined) {
      const missed = missedPort(policies, { service: service.metadata.name, port }, evidence);
      return missed === undefined ? [] : [report('BackendTLSPolicyOtherPort', missed)];
    }
    if (answeredByApplication(observation)) return [];
    const refused = refusal(policy, evidence);
    if (refused !== undefined) return [report('BackendTLSPolicyRefused', refused)];
    const fault = wrongCertificate(policy, evidence);
    return fault === undefined ? [] : [report(FAULTS[fault.kind], fault.said)];
  },
});
