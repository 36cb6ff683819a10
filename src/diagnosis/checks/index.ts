import { serviceTargetPort } from './service-target-port.ts';

/** Every check there is. Adding one: its file, its scenarios, a line here, and its place in the matrix. */
export const CHECKS = [serviceTargetPort] as const;

export type CheckId = (typeof CHECKS)[number]['id'];
