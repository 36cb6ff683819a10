import { readFile } from 'node:fs/promises';
import { UsageError } from '../cli/usage-error.ts';
import type { Config } from '../config.ts';
import { type NotificationSettings, parseNotifications } from '../notify/settings.ts';
import { type LinkTemplate, parseLinks } from '../operator/links/link-templates.ts';
import { NO_POLICY, type Policy, parsePolicy } from '../operator/policy.ts';
import { createGuard } from '../probe/guard.ts';

/** What the files of an administrator say. */
export interface Settings {
  readonly policy: Policy;
  readonly links: readonly LinkTemplate[];
  /** Absent where nobody is told. */
  readonly notifications?: NotificationSettings;
}

/** Throws UsageError with one sentence that names the file. */
export async function readSettings(
  config: Pick<Config, 'policy' | 'links' | 'notifications'>,
): Promise<Settings> {
  const policy = await readFrom('policy', config.policy, parseUsablePolicy);
  const notifications = await readFrom('notifications', config.notifications, parseNotifications);
  return {
    policy: policy ?? NO_POLICY,
    links: await readLinks(config.links),
    ...(notifications && { notifications }),
  };
}

/** The templates of `--links`. Throws UsageError with one sentence that names the file. */
export const readLinks = async (file: string | undefined): Promise<readonly LinkTemplate[]> =>
  (await readFrom('links', file, parseLinks)) ?? [];

async function readFrom<T>(
  what: string,
  file: string | undefined,
  parse: (text: string) => T,
): Promise<T | undefined> {
  if (file === undefined) return undefined;
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`The ${what} file ${file} cannot be used: ${(error as Error).message}`);
  }
}

function parseUsablePolicy(text: string): Policy {
  const policy = parsePolicy(text);
  refuseBadRanges(policy);
  return policy;
}

function refuseBadRanges({ clusterCIDRs, rules }: Policy): void {
  createGuard({
    clusterCIDRs,
    allowCIDRs: rules.flatMap(({ allowCIDRs = [] }) => allowCIDRs),
    denyCIDRs: rules.flatMap(({ denyCIDRs = [] }) => denyCIDRs),
    apiServerAddresses: [],
    ownedAddresses: () => new Set(),
  });
}
