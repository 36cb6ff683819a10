/** Lines with which runtimes say why a process ends, the most telling first. */
const ANNOUNCEMENTS: readonly RegExp[] = [
  // Go and Rust
  /^(panic|fatal error): /,
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
  // Loggers
  /"(level|severity)":\s*"(fatal|critical|error)"/i,
  /\b(FATAL|CRITICAL|PANIC|ERROR)\b/,
  /\berror: /i,
];

/** The line that says why: of a stack trace in one of the common languages, else the first that a logger calls an error. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const trimmed = lines.map((line) => line.trim());
  const matched = ANNOUNCEMENTS.map((pattern) => trimmed.findIndex((line) => pattern.test(line)));
  const index = matched.find((position) => position >= 0) ?? -1;
  const line = trimmed[index];
  const next = trimmed[index + 1];
  return line?.endsWith(':') && next !== undefined ? `${line} ${next}` : line;
}
