import { parse } from 'yaml';
import { parseDuration } from '../api/durations.ts';
import { read, type Schema } from '../api/schema.ts';
import type { LabelSelector } from '../diagnosis/model/kubernetes.ts';
import { matchesSelector } from '../diagnosis/topology/selectors.ts';
import { moduleProblem, PROBE_MODULES, type ProbeModule } from './probe-modules.ts';

/** What a cluster's administrator lets the StatusProbes of one namespace do. */
export interface NamespacePolicy {
  readonly allowCIDRs: readonly string[];
  readonly denyCIDRs: readonly string[];
  /** 0: whatever the spec asks for. */
  readonly shortestIntervalMilliseconds: number;
  /** StatusProbes that are probed in the namespace. */
  readonly maximumProbes: number;
  readonly podLogs: boolean;
  /** ARNs, bucket and log group names that `spec.diagnose.aws` may name; `*`: any. */
  readonly awsResources: readonly string[];
}

interface PolicyRule {
  readonly namespaceSelector?: LabelSelector;
  readonly allowCIDRs?: readonly string[];
  readonly denyCIDRs?: readonly string[];
  readonly minimumInterval?: string;
  readonly maximumProbes?: number;
  readonly podLogs?: boolean;
  readonly awsResources?: readonly string[];
}

/** The file of `--policy`. */
export interface Policy {
  readonly clusterCIDRs: readonly string[];
  readonly rules: readonly PolicyRule[];
  /** Of /probe. */
  readonly modules: readonly ProbeModule[];
}

export const NO_POLICY: Policy = { clusterCIDRs: [], rules: [], modules: [] };

const TEXTS: Schema = { type: 'array', items: { type: 'string' } };

const SELECTOR: Schema = {
  type: 'object',
  properties: {
    matchLabels: { type: 'object' },
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: {
          key: { type: 'string' },
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: TEXTS,
        },
      },
    },
  },
};

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    clusterCIDRs: { ...TEXTS, default: [] },
    modules: PROBE_MODULES,
    rules: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        properties: {
          namespaceSelector: SELECTOR,
          allowCIDRs: TEXTS,
          denyCIDRs: TEXTS,
          minimumInterval: { type: 'string' },
          maximumProbes: { type: 'integer', min: 0, max: 1_000_000 },
          podLogs: { type: 'boolean' },
          awsResources: TEXTS,
        },
      },
    },
  },
};

/** Reads a policy file; throws an Error with one sentence that names the field. */
export function parsePolicy(text: string): Policy {
  const { value, problems } = read(SCHEMA, parse(text) ?? {}, 'policy', true);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Error(problem.replace('a field of a StatusProbe', 'a field of the policy'));
  const policy = value as Policy;
  const unfit = moduleProblem(policy.modules, 'policy.modules');
  if (unfit !== undefined) throw new Error(unfit);
  for (const [index, { minimumInterval }] of policy.rules.entries()) {
    if (minimumInterval === undefined || parseDuration(minimumInterval) !== undefined) continue;
    throw new Error(
      `policy.rules[${index}].minimumInterval must be a duration of h, m, s and ms, such as 30s.`,
    );
  }
  return policy;
}

/** All rules that take the namespace together: lists add up, and of single values the last counts. */
export function policyFor({ rules }: Policy, labels: Readonly<Record<string, string>>): NamespacePolicy {
  const matching = rules.filter(({ namespaceSelector = {} }) => matchesSelector(namespaceSelector, labels));
  const last = <Key extends keyof PolicyRule>(key: Key) =>
    matching.findLast((rule) => rule[key] !== undefined)?.[key];
  return {
    allowCIDRs: matching.flatMap(({ allowCIDRs = [] }) => allowCIDRs),
    denyCIDRs: matching.flatMap(({ denyCIDRs = [] }) => denyCIDRs),
    shortestIntervalMilliseconds: parseDuration(last('minimumInterval') ?? '') ?? 0,
    maximumProbes: last('maximumProbes') ?? Number.POSITIVE_INFINITY,
    podLogs: last('podLogs') ?? true,
    awsResources: matching.flatMap(({ awsResources = [] }) => awsResources),
  };
}

/** Whether a namespace's labels matter at all; its name alone is always known. */
export const needsLabels = ({ rules }: Policy): boolean =>
  rules.some(({ namespaceSelector }) => namespaceSelector !== undefined);
