import { CHECKS } from '../diagnosis/checks/index.ts';
import type { Check, ReasonDefinition } from '../diagnosis/model/check.ts';

export interface DescribedCheck {
  readonly id: string;
  readonly title: string;
  readonly layer: string;
  readonly needs: readonly string[];
  readonly wants: readonly string[];
  readonly reasons: readonly (Pick<
    ReasonDefinition,
    'severity' | 'owner' | 'message' | 'fix' | 'explains'
  > & {
    readonly reason: string;
    readonly layer: string;
  })[];
}

const describe = ({ id, title, layer, needs, wants, reasons }: Check): DescribedCheck => ({
  id,
  title,
  layer,
  needs,
  wants,
  reasons: Object.entries(reasons).map(([reason, definition]) => ({
    reason,
    severity: definition.severity,
    owner: definition.owner,
    layer: definition.layer ?? layer,
    message: definition.message,
    ...(definition.fix === undefined ? {} : { fix: definition.fix }),
    explains: definition.explains,
  })),
});

/** Every check with its reasons, owners and the evidence it needs, in the order of the catalogue. */
export const describeChecks = (): readonly DescribedCheck[] => CHECKS.map(describe);

function checkText({ id, title, layer, needs, wants, reasons }: DescribedCheck): string {
  const evidence = [...needs, ...wants.map((slot) => `${slot} (if it can be had)`)].join(', ');
  const lines = reasons.map(
    ({ reason, severity, owner, message }) => `  ${reason} (${severity}, ${owner}): ${message}`,
  );
  return [`${id}: ${title}`, `  layer ${layer}; looks at ${evidence}`, ...lines].join('\n');
}

/** What `statusprobe checks` prints for people. */
export const checksText = (checks: readonly DescribedCheck[]): string =>
  `${checks.map(checkText).join('\n\n')}\n`;
