/// What was written behind a command's name, by option and place.
///
/// The operands fill their places from the first on; only the last place may take several.
public struct Arguments: Sendable {
  /// The command they were written for.
  public let command: String
  /// Everything that belongs to no option, in order.
  public let operands: [String]
  private let values: [String: [String]]

  public init(command: String, operands: [String], values: [String: [String]]) {
    self.command = command
    self.operands = operands
    self.values = values
  }

  /// Whether a flag, or an option with a value, was given.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option, `nil` when it was not given.
  public func value(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may be repeated.
  public func values(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option in another type, `nil` when it was not given.
  ///
  /// - Throws: `UsageError` that names the option and what it takes.
  public func value<Value>(
    _ name: String, as conversion: Conversion<Value>
  ) throws(UsageError) -> Value? {
    guard let text = value(name) else { return nil }
    return try convert(text, of: name, as: conversion)
  }

  public func values<Value>(
    _ name: String, as conversion: Conversion<Value>
  ) throws(UsageError) -> [Value] {
    var converted: [Value] = []
    for text in values(name) { converted.append(try convert(text, of: name, as: conversion)) }
    return converted
  }

  /// The value of an option that must be there.
  public func required(_ name: String) throws(UsageError) -> String {
    guard let value = value(name) else { throw fault("Option '--\(name)' is missing.") }
    return value
  }

  /// Which of several options that exclude each other was given, `nil` when none was.
  public func atMostOne(of names: [String]) throws(UsageError) -> String? {
    let given = names.filter(has)
    guard given.count <= 1 else {
      throw fault("Give only one of \(Self.list(given)).")
    }
    return given.first
  }

  /// Which of several options was given, when it must be one.
  public func exactlyOne(of names: [String]) throws(UsageError) -> String {
    guard let name = try atMostOne(of: names) else {
      throw fault("Give one of \(Self.list(names)).")
    }
    return name
  }

  /// A usage error about this command.
  public func fault(_ message: String) -> UsageError { UsageError(message, command: command) }

  private func convert<Value>(
    _ text: String, of name: String, as conversion: Conversion<Value>
  ) throws(UsageError) -> Value {
    guard let value = conversion.convert(text) else {
      let written = conversion.isSecret ? "" : ", not '\(text)'"
      throw fault("Option '--\(name)' takes \(conversion.expected)\(written).")
    }
    return value
  }

  private static func list(_ names: [String]) -> String {
    names.map { "'--\($0)'" }.joined(separator: ", ")
  }
}
