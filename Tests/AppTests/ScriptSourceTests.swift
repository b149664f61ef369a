import Foundation
import SMTP
import Testing

@testable import App

struct ScriptSourceTests {
  @Test(arguments: ScriptPreset.allCases)
  func `a name stands for a script that comes with the program`(preset: ScriptPreset) throws {
    #expect(try ScriptSource.script(preset.rawValue) == preset.script())
  }

  @Test func `anything else is a file`() async throws {
    try await SendWorkbench.open { bench in
      let file = try bench.write("rcpt: reply 450\ndot: close\n", to: "mine")
      #expect(try ScriptSource.script(file).count == 2)
    }
  }

  @Test(arguments: [
    ("greylsit", "there is no such file. Did you mean 'greylist'?"),
    (
      "./no/such",
      """
      there is no such file. Scripts that come with the program: greylist, throttle-50-a-minute, \
      five-percent-unknown, bad-day.
      """
    ),
  ])
  func `what is neither is explained`(name: String, reason: String) {
    let error = #expect(throws: SendRequest.Refusal.self) { try ScriptSource.script(name) }
    #expect(error?.description == "The script \(name) cannot be read: \(reason)")
  }

  @Test func `a mistake in a file is shown with its place`() async throws {
    try await SendWorkbench.open { bench in
      let file = try bench.write("# mine\nrctp: reply 450\n", to: "mine")
      let error = #expect(throws: SendRequest.Refusal.self) { try ScriptSource.script(file) }
      #expect(
        error?.description == """
          \(file), line 2, column 1: “rctp” is not a step or a setting. Did you mean “rcpt”?
          """)
    }
  }
}
