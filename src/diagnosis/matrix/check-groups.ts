import type { CheckId } from '../checks/index.ts';

/** From the name that was asked to the Service: what a router needs in order to know where to send a request. */
export const ROUTING = ['service-target-port'] as const satisfies readonly CheckId[];

/** From the Service to its Pods: why nobody takes the request. */
export const BACKENDS = ['service-target-port'] as const satisfies readonly CheckId[];

/** What the application itself did. */
export const APPLICATION = [] as const satisfies readonly CheckId[];
