import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const PACKAGES = fileURLToPath(new URL('../../hack/cluster/packages.sh', import.meta.url));
const CHROMIUM = '/usr/bin/chromium';

/** It reaches this machine and nothing else. */
const ISOLATED = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'];

/** Starts Debian's Chromium, which is installed when it is missing. */
export function startBrowser(args: string[] = ISOLATED): Promise<Browser> {
  execFileSync(PACKAGES, [`${CHROMIUM}=chromium`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return chromium.launch({ executablePath: CHROMIUM, args });
}
