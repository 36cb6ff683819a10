import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const PACKAGES = fileURLToPath(new URL('../../hack/cluster/packages.sh', import.meta.url));
const CHROMIUM = '/usr/bin/chromium';

/** Starts Debian's Chromium, which is installed when it is missing; it reaches this machine and nothing else. */
export function startBrowser(): Promise<Browser> {
  execFileSync(PACKAGES, [`${CHROMIUM}=chromium`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
  });
}
