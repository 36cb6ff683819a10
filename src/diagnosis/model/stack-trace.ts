/** Lines with which runtimes say why a process ends, the most telling first. */
const ANNOUNCEMENTS: readonly RegExp[] = [
  // Go and Rust
  /^(panic|fatal error): |\bhttp: panic serving /,
  /^thread '.*' panicked at /,
  // Java, .NET, PHP
  /^Exception in thread "/,
  /^Unhandled exception[.:] /i,
  /^(PHP )?(Fatal|Parse) error: /,
  // JavaScript, Python, Java: `module.SomeError: message`
  /^(Uncaught )?([\w$.]+\.)?\w*(Error|Exception)( \[\w+\])?(: |$)/,
  /^\[?UnhandledPromiseRejection/,
  // Ruby: `app.rb:3:in 'main': message (SomeError)`
  /: .+ \((\w+::)*\w+(Error|Exception)\)$/,
  /(EADDRINUSE|address already in use|exec format error|segmentation fault|core dumped)/i,
  // Elixir
  /^\*\* \((\w+\.)*\w+\) /,
  // Loggers
  /"(level|severity)":\s*"(fatal|critical|error)"/i,
  /\b(FATAL|CRITICAL|PANIC|ERROR)\b/,
  /\berror: /i,
];

/** Java, Node and .NET name the first cause last. */
const CAUSE = /^(?:Caused by: |\[cause\]: |---> )/;

/** `shop.errors.NoCart: 7`, whatever an exception is called. */
const PYTHON_EXCEPTION = /^(\w+\.)*[A-Z]\w*(: |$)/;

/** Python says why below the frames; of several traces, the last is what nobody caught. */
function belowTraceback(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'));
  return start < 0 ? undefined : lines.slice(start + 1).find((line) => PYTHON_EXCEPTION.test(line));
}

/** The line that says why: of a stack trace in one of the common languages, else the first that a logger calls an error. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const trimmed = lines.map((line) => line.trim());
  const rooted = trimmed.findLast((line) => CAUSE.test(line)) ?? belowTraceback(trimmed);
  if (rooted !== undefined) return rooted;
  const matched = ANNOUNCEMENTS.map((pattern) => trimmed.findIndex((line) => pattern.test(line)));
  const index = matched.find((position) => position >= 0) ?? -1;
  const line = trimmed[index];
  const next = trimmed[index + 1];
  return line?.endsWith(':') && next !== undefined ? `${line} ${next}` : line;
}
