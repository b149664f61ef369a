import Foundation
import Workers

@testable import App

/// A folder in which `martlet send` is run as from a command line, its output kept.
struct SendWorkbench {
  let folder: String
  var environment: [String: String] = [:]

  /// Makes the folder, lends it, and clears it away.
  static func open(_ body: (SendWorkbench) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/martlet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(SendWorkbench(folder: folder))
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  @discardableResult
  func write(_ octets: Data, to name: String) throws -> String {
    try octets.write(to: URL(filePath: path(name)))
    return path(name)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path(name))), as: UTF8.self)
  }

  func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  struct Result {
    let code: ExitCode
    let output: String
    let messages: String
  }

  func run(_ arguments: [String]) async -> Result {
    let recording = Recording()
    let code = await Martlet.program(environment, crash: .none)
      .run(arguments, on: recording.console())
    return Result(code: code, output: recording.output, messages: recording.messages)
  }

  /// The usual arguments of a small campaign, `changes` in the place of some; `nil` leaves one out.
  func send(_ changes: [String: String?] = [:], _ more: [String] = []) async throws -> Result {
    if !isThere("people.csv") {
      try write("email,First Name\nbob@example.com,Bob\neve@example.com,Eve\n", to: "people.csv")
    }
    if !isThere("body.txt") { try write("Hello {{ first_name }}!\n", to: "body.txt") }
    var values: [String: String?] = [
      "contacts": path("people.csv"), "body": path("body.txt"), "subject": "Hi {{ first_name }}",
      "from": "Ada <ada@example.org>", "data": path("data"),
    ]
    for (name, value) in changes { values[name] = .some(value) }
    var arguments = ["send"]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if let value { arguments += ["--\(name)", value] }
    }
    return await run(arguments + more)
  }

  /// The messages that the sandbox has kept.
  func kept(in name: String = "data/sandbox") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
      .map { try text("\(name)/\($0)") }
  }
}
