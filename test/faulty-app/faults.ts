import { ANSWER_FAULTS } from './faults/answers.ts';
import type { Fault } from './faults/fault.ts';
import { INGRESS_FAULTS } from './faults/ingress.ts';
import { POD_FAULTS } from './faults/pod.ts';
import { SERVICE_FAULTS } from './faults/service.ts';

/** Everything that is broken at once on the real node, from the Ingress to the application. */
export const FAULTS: readonly Fault[] = [
  ...INGRESS_FAULTS,
  ...SERVICE_FAULTS,
  ...POD_FAULTS,
  ...ANSWER_FAULTS,
];
