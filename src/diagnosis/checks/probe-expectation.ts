import { defineCheck } from '../model/check.ts';
import { referenceTo } from '../model/reference.ts';

/** The failure of the probe → the reason. */
const REASONS = new Map<string | undefined, 'ExpectationInvalid' | 'CertificateExpectedWithoutTLS'>([
  ['InvalidExpectation', 'ExpectationInvalid'],
  ['PlainHTTP', 'CertificateExpectedWithoutTLS'],
]);

export const probeExpectation = defineCheck({
  id: 'probe-expectation',
  title: 'What the probe expects can be evaluated',
  layer: 'Client',
  needs: ['observation', 'request', 'home'],
  reasons: {
    ExpectationInvalid: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'What the probe expects of {host} cannot be evaluated',
      fix: 'Correct spec.expect of the StatusProbe',
      command: 'kubectl explain statusprobe.spec.expect',
      explains: ['Assertion'],
    },
    CertificateExpectedWithoutTLS: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The probe expects a certificate of {host}, which answered without TLS',
      fix: 'Probe the https address, or remove spec.expect.certificateValidFor of the StatusProbe',
      explains: ['Assertion'],
    },
  },
  run({ observation: { failure }, request: { host }, home }, report) {
    const reason = REASONS.get(failure?.reason);
    if (failure === undefined || reason === undefined) return [];
    const subject = referenceTo({ kind: 'Host', name: host }, home);
    return [report(reason, { subject, slots: { host }, evidence: [failure.message] })];
  },
});
