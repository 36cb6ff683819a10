import { isWanted, notificationOf, type ProbeTransition } from './notification.ts';
import type { Outbox } from './outbox.ts';
import type { Receiver } from './settings.ts';

/** Takes transitions to the receivers that ask for them. */
export class Notifier {
  readonly #outboxes: readonly (readonly [receiver: Receiver, outbox: Outbox])[];

  constructor(receivers: readonly Receiver[], outboxFor: (receiver: Receiver) => Outbox) {
    this.#outboxes = receivers.map((receiver) => [receiver, outboxFor(receiver)]);
  }

  /** How many notifications wait, by the name of the receiver. */
  get waiting(): readonly (readonly [receiver: string, size: number])[] {
    return this.#outboxes.map(([{ name }, outbox]) => [name, outbox.size]);
  }

  add(transition: ProbeTransition): void {
    const notification = notificationOf(transition);
    for (const [receiver, outbox] of this.#outboxes) {
      if (isWanted(receiver, notification)) outbox.add(notification);
    }
  }

  /** Tries what waits once more, for so long at most. */
  async stop(milliseconds: number): Promise<void> {
    await Promise.all(this.#outboxes.map(([, outbox]) => outbox.stop(milliseconds)));
  }
}
