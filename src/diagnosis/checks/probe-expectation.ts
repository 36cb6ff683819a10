import { defineCheck } from '../model/check.ts';
import { referenceTo } from '../model/reference.ts';

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
  },
  run({ observation: { failure }, request: { host }, home }, report) {
    if (failure?.reason !== 'InvalidExpectation') return [];
    const subject = referenceTo({ kind: 'Host', name: host }, home);
    return [report('ExpectationInvalid', { subject, slots: { host }, evidence: [failure.message] })];
  },
});
