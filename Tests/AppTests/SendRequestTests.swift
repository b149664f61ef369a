import Foundation
import Testing

@testable import App

/// What `martlet send` refuses before anything is created, each with its sentence.
struct SendRequestTests {
  /// Runs a campaign that must be refused, and compares the sentence; FOLDER stands for the folder.
  private func refuse(
    _ wanted: String, code: ExitCode = .failure, _ changes: [String: String?] = [:],
    _ more: [String] = ["--sandbox"], in bench: SendWorkbench,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await bench.send(changes, more)
    let sentence = result.messages.split(separator: "\n").first.map(String.init) ?? ""
    #expect(
      sentence.replacing(bench.folder, with: "FOLDER") == "martlet: \(wanted)",
      sourceLocation: sourceLocation)
    #expect(result.code == code, sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
    #expect(!bench.isThere("data"), sourceLocation: sourceLocation)
  }

  @Test(arguments: ["contacts", "subject", "body", "from"])
  func `an option that must be there is asked for`(name: String) async throws {
    try await SendWorkbench.open { bench in
      try await refuse("Option '--\(name)' is missing.", code: .usage, [name: nil], in: bench)
    }
  }

  @Test(arguments: [
    (
      ["--connections", "0"], "Option '--connections' takes a whole number from 1 to 512, not '0'."
    ),
    (
      ["--connections", "513"],
      "Option '--connections' takes a whole number from 1 to 512, not '513'."
    ),
    (["--in-doubt", "drop"], "Option '--in-doubt' takes 'hold' or 'resend', not 'drop'."),
    (["--rate", "0"], "Option '--rate' takes a rate such as 50/s, 300/m or 1000/h, not '0'."),
    (
      ["--limit", "10"],
      "Option '--limit' takes a number a second, minute, hour or day, such as 10/s, 300/h or 2000/d, not '10'."
    ),
    (
      ["--limit", "0/h"],
      "Option '--limit' takes a number a second, minute, hour or day, such as 10/s, 300/h or 2000/d, not '0/h'."
    ),
    (
      ["--per-connection", "0"],
      "Option '--per-connection' takes a whole number from 1 to 100000, not '0'."
    ),
    (["--wait", "soon"], "Option '--wait' takes a time such as 60s, 500ms, 5m or 2h, not 'soon'."),
    (["--smtp", "smtp://h"], "Give only one of '--smtp', '--sandbox'."),
  ])
  func `an option's value is checked`(more: [String], wanted: String) async throws {
    try await SendWorkbench.open { bench in
      try await refuse(wanted, code: .usage, [:], more + ["--sandbox"], in: bench)
    }
  }

  @Test func `there must be a way out`() async throws {
    try await SendWorkbench.open { bench in
      try await refuse(
        "Give '--smtp URL' (or SMTP_SERVER), or '--sandbox' to try it out.", code: .usage, [:], [],
        in: bench)
      try await refuse(
        "Option '--smtp' takes a server such as smtp://user@mail.example.org:587 or smtps://mail.example.org.",
        code: .usage, [:], ["--smtp", "mail:secret@x"], in: bench)
    }
  }

  @Test func `a user needs a password`() async throws {
    let wanted =
      "There is no password for ada. Set SMTP_PASSWORD, or name a file with SMTP_PASSWORD_FILE."
    try await SendWorkbench.open { bench in
      try await refuse(wanted, [:], ["--smtp", "smtp://ada@mail.example.org"], in: bench)
      var bench = bench
      bench.environment = ["SMTP_SERVER": "mail.example.org", "SMTP_USERNAME": "ada"]
      try await refuse(wanted, [:], [], in: bench)
    }
  }

  @Test(arguments: [
    ("a\nb", "a line break"), ("a\r\nBcc: eve@example.org", "a line break"),
    ("a\tb", "a control character"), ("\u{7F}", "a control character"),
  ])
  func `a subject is one line`(subject: String, what: String) async throws {
    try await SendWorkbench.open { bench in
      try await refuse(
        "The subject has \(what) in it. A subject is one line of text.", ["subject": subject],
        in: bench)
    }
  }

  @Test func `contacts that cannot be read`() async throws {
    try await SendWorkbench.open { bench in
      let none = bench.path("none.csv")
      let result = try await bench.send(["contacts": none], ["--sandbox"])
      #expect(result.code == .failure)
      #expect(result.messages.hasPrefix("martlet: Cannot open '\(none)': "))
      try await refuse(
        "The file is empty. It needs a first line that names its columns and a line per contact.",
        ["contacts": bench.write("", to: "empty.csv")], in: bench)
      try await refuse(
        "No column seems to hold e-mail addresses. The file has: a, b. Name the right one.",
        ["contacts": bench.write("a,b\n1,2\n", to: "ab.csv")], in: bench)
      try await refuse(
        "There is no column 'mail'. The file has: email, First Name.", ["column": "mail"],
        in: bench)
      try await refuse(
        "The file FOLDER/head.csv has no rows below its header, so there is nobody to write to.",
        ["contacts": bench.write("email\n\n ,\n", to: "head.csv")], in: bench)
      try await refuse(
        "Line 3 holds a NUL byte, so the file is damaged or not text. Export it again as CSV (UTF-8).",
        ["contacts": bench.write("email\na@b.org\n\0\n", to: "nul.csv")], in: bench)
    }
  }

  @Test(arguments: ["body", "text"])
  func `a body that is none`(name: String) async throws {
    try await SendWorkbench.open { bench in
      let html = try bench.write("<p>Hi</p>", to: "body.html")
      let what = name == "body" ? "body" : "text body"
      func options(_ path: String) -> [String: String?] {
        name == "body" ? ["body": path] : ["body": html, "text": path]
      }
      try await refuse(
        "The \(what) FOLDER/none cannot be read: No such file or directory.",
        options(bench.path("none")), in: bench)
      try await refuse(
        "The \(what) FOLDER cannot be read: Is a directory.", options(bench.folder), in: bench)
      try await refuse(
        "The \(what) FOLDER/blank is empty.", options(bench.write(" \n\t", to: "blank")), in: bench)
      try await refuse(
        "The \(what) FOLDER/latin is not UTF-8 text. Save it as UTF-8 and try again.",
        options(bench.write(Data([0x48, 0xE9]), to: "latin")), in: bench)
      try await refuse(
        "The \(what) FOLDER/nul is not UTF-8 text. Save it as UTF-8 and try again.",
        options(bench.write("a\0b", to: "nul")), in: bench)
      try await refuse(
        "The \(what) FOLDER/long is too large: the limit is 5 MB for one message.",
        options(bench.write(Data(repeating: 0x61, count: 5 << 20 + 1), to: "long")), in: bench)
    }
  }

  @Test func `a plain body needs no text beside it`() async throws {
    try await SendWorkbench.open { bench in
      try await refuse(
        "The body FOLDER/body.txt is plain text already, so --text has no use. Leave it out, or give an HTML body.",
        ["text": bench.write("Hi", to: "text.txt")], in: bench)
    }
  }

  @Test func `attachments that cannot go along`() async throws {
    try await SendWorkbench.open { bench in
      try await refuse(
        "The attachment FOLDER/none cannot be read: No such file or directory.", [:],
        ["--sandbox", "--attach", "\(bench.path("none")):name.pdf"], in: bench)
      let long = try bench.write(Data(count: 25 << 20 + 1), to: "long")
      try await refuse(
        "The attachment FOLDER/long is too large: the limit is 25 MB for one message.", [:],
        ["--sandbox", "--attach", long], in: bench)
      let half = try bench.write(Data(count: 11_000_000), to: "half")
      try await refuse(
        "The message would have 30 MB with its attachments; the limit is 25 MB. Put large files on a web server and link to them.",
        [:], ["--sandbox", "--attach", half, "--attach", "\(half):other.bin"], in: bench)
    }
  }

  @Test(
    arguments: [
      (["subject": "Hi {{ a"], "the subject has an error at 1:4: "),
      (["from": "nobody"], "From: "),
    ] as [([String: String?], String)])
  func `templates and sender are checked before anything else`(
    changes: [String: String?], wanted: String
  ) async throws {
    try await SendWorkbench.open { bench in
      let result = try await bench.send(changes, ["--sandbox"])
      #expect(result.code == .failure)
      #expect(result.messages.hasPrefix("martlet: \(wanted)"))
      #expect(!bench.isThere("data"))
    }
  }

  @Test func `nothing is created for a server that is not there`() async throws {
    try await SendWorkbench.open { bench in
      let report = bench.path("report.csv")
      let result = try await bench.send(
        [:], ["--smtp", "smtp+unsafe://127.0.0.1:1", "--report", report])
      #expect(result.code == .failure)
      #expect(
        result.messages.contains(
          "Nobody answers at 127.0.0.1:1: the connection was refused. Check the host and the port; usual ports are 587 and 465."
        ))
      #expect(!bench.isThere("data"))
      #expect(try bench.text("report.csv").ranges(of: "cancelled").count == 2)
    }
  }
}
