public import Octets

/// Writes what happened as structured lines: a constant message, and the facts as fields.
///
/// ```swift
/// log.info("campaign started", ["campaign": .text(id), "recipients": .number(count)])
/// ```
public struct Log: Sendable {
  private let level: LogLevel
  private let format: LogFormat
  private let sink: LogDescriptor
  private let now: @Sendable () -> Timestamp
  private var fields: LogFields = [:]

  /// Lines below `level` are not written, and their fields not even made.
  public init(
    level: LogLevel = .info, format: LogFormat = .plain, to sink: LogDescriptor = .standardError,
    now: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.level = level
    self.format = format
    self.sink = sink
    self.now = now
  }

  /// A log whose every line says `fields` first.
  public func with(_ fields: LogFields) -> Log {
    var log = self
    log.fields = self.fields + fields
    return log
  }

  public func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.debug, message, fields())
  }

  public func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.info, message, fields())
  }

  public func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.warning, message, fields())
  }

  public func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
    write(.error, message, fields())
  }

  private func write(
    _ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields
  ) {
    guard level >= self.level else { return }
    sink.write(format.line(now(), level, message, self.fields + fields()))
  }
}
