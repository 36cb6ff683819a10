import type { Logger } from 'pino';

/** Each SIGUSR2 turns debug lines on, or back to what was configured: whoever may exec into the Pod may do so. */
export function switchLevelBySignal(log: Logger): void {
  const usual = log.level;
  const detailed = log.isLevelEnabled('debug') ? 'trace' : 'debug';
  process.on('SIGUSR2', () => {
    log.level = log.level === usual ? detailed : usual;
    log.info({ logLevel: log.level }, 'The log level was switched');
  });
}
