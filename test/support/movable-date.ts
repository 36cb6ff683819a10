// Loaded before a program: its date is moved by as many milliseconds as it is told by a message.
let offset = 0;
const RealDate = Date;

class MovableDate extends RealDate {
  constructor(...values: readonly unknown[]) {
    super(...((values.length === 0 ? [MovableDate.now()] : values) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}

globalThis.Date = MovableDate as DateConstructor;
process.on('message', (milliseconds: number) => {
  offset = milliseconds;
});
// Whoever could move it does not keep the program alive.
process.channel?.unref();
