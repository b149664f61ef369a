package import Octets

/// Writes what happened as structured lines: a constant message, and the facts as fields.
///
/// ```swift
/// log.info("campaign started", ["campaign": .text(id), "recipients": .number(count)])
/// ```
package struct Log: Sendable {
  private let level: LogLevel
  private let format: LogFormat
  private let sink: LogDescriptor
  private let now: @Sendable () -> Timestamp
  private var fields: LogFields = [:]

  /// Lines below `level` are not written, and their fields not even made.
  package init(
    level: LogLevel = .info, format: LogFormat = .plain, to sink: LogDescriptor = .standardError,
    now: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.level = level
    self.format = format
    self.sink = sink
    self.now = now
  }

  /// A log whose every line says `fields` first.
  package func with(_ fields: LogFields) -> Log {
    var log = self
    log.fields = self.fields + fields
    return log
  }

  package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.debug, message, fields())
  }

  package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.info, message, fields())
  }

  package func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.warning, message, fields())
  }

  package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.error, message, fields())
  }

  private func write(
    _ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields
  ) {
    guard level >= self.level else { return }
    sink.write(format.line(now(), level, message, self.fields + fields()))
  }
}
