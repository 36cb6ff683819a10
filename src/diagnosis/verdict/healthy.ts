import type { Diagnosis } from '../model/diagnosis.ts';
import type { Observation } from '../model/observation.ts';

/** Nothing to find and nobody to accuse. */
export const healthy = ({ code }: Observation): Diagnosis => ({
  verdict: {
    owner: 'None',
    layer: 'None',
    reason: 'Healthy',
    summary: code === undefined ? 'The answer is as expected' : `Answered ${code}, as expected`,
  },
  path: [],
  endpointsOmitted: 0,
  findings: [],
  notChecked: [],
});
