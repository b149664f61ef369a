import Foundation
import Testing

@testable import App

struct SendRunTests {
  private func json(_ result: SendWorkbench.Result) throws -> [String: Any] {
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 1)
    let line = Data(lines.last.map(String.init)?.utf8 ?? "".utf8)
    return try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
  }

  private static let contacts = """
    email,First Name
    bob@example.com,Bob
    eve@example.com,"Eve, ""the"" Ely"
    nobody,None
    BOB@EXAMPLE.COM,Again
    """

  @Test func `a campaign into the sandbox`() async throws {
    try await SendWorkbench.open { bench in
      try bench.write(Self.contacts, to: "people.csv")
      let result = try await bench.send(
        [:], ["--sandbox", "--json", "--report", bench.path("report.csv")])
      #expect(result.code == .ok)
      let summary = try json(result)
      let figures = ["sent": 2, "failed": 0, "unknown": 0, "suppressed": 0, "skipped": 2]
      for (name, figure) in figures { #expect(summary[name] as? Int == figure, "\(name)") }
      #expect(summary["deferred"] as? Int == 0)
      #expect(summary["cancelled"] as? Int == 0)
      #expect(summary["total"] as? Int == 4)

      let kept = try bench.kept()
      #expect(kept.count == 2)
      let bob = try #require(kept.first { $0.contains("\r\nSubject: Hi Bob\r\n") })
      #expect(
        bob.hasPrefix(
          "Return-Path: <ada@example.org>\r\nDelivered-To: bob@example.com\r\nFrom: "))
      #expect(bob.contains("\r\nHello Bob!\r\n"))
      #expect(bob.contains("mailto:ada@example.org?subject=unsubscribe"))

      let report = try bench.text("report.csv").split(whereSeparator: \.isNewline).map(String.init)
      #expect(
        report.first
          == "email,status,state,reason,code,enhanced_code,attempts,sent_at,message_id")
      #expect(report.count == 5)
      #expect(report[1].hasPrefix("bob@example.com,Sent,sent,,250,2.0.0,1,"))
      #expect(report[3].hasPrefix("nobody,Failed,skipped,"))
      #expect(report[4].contains("duplicate of line 2"))
      #expect(!bench.isThere("report.csv.part"))
    }
  }

  @Test func `limits hold, over restarts too`() async throws {
    try await SendWorkbench.open { bench in
      try bench.write(
        "email\n" + (1...5).map { "p\($0)@example.com\n" }.joined(), to: "people.csv")
      try bench.write("Hello!\n", to: "body.txt")
      let limited = ["--sandbox", "--json", "--limit", "2/d", "--limit", "2/s", "--wait", "0s"]
      let first = try await bench.send(["subject": "Hi"], limited)
      #expect(first.code == .deferred)
      #expect(first.messages.contains("The limit is reached; the next message may leave at "))
      #expect(try json(first)["sent"] as? Int == 2)
      let again = try await bench.send(["subject": "Hi"], limited + ["--resume"])
      #expect(try json(again)["sent"] as? Int == 2)
      let open = try await bench.send(["subject": "Hi"], ["--sandbox", "--json", "--resume"])
      #expect(open.code == .ok)
      #expect(try json(open)["sent"] as? Int == 5)
    }
  }

  @Test func `running a finished campaign again with resume sends nothing`() async throws {
    try await SendWorkbench.open { bench in
      #expect(try await bench.send([:], ["--sandbox"]).code == .ok)
      let again = try await bench.send([:], ["--sandbox", "--resume", "--json"])
      #expect(again.code == .ok)
      #expect(try json(again)["sent"] as? Int == 2)
      #expect(try json(again)["rate"] as? Double == 0)
      #expect(try bench.kept().count == 2)
    }
  }

  @Test func `another campaign is not gone on with`() async throws {
    try await SendWorkbench.open { bench in
      #expect(try await bench.send([:], ["--sandbox"]).code == .ok)
      let other = try await bench.send(["subject": "Other"], ["--sandbox", "--resume"])
      #expect(other.code == .failure)
      #expect(
        other.messages.contains(
          "The campaign in \(bench.path("data")) is another one (“Hi {{ first_name }}”)."))
    }
  }

  @Test func `a second campaign may follow in the same folder`() async throws {
    try await SendWorkbench.open { bench in
      #expect(try await bench.send([:], ["--sandbox"]).code == .ok)
      let second = try await bench.send(["subject": "Again"], ["--sandbox", "--json"])
      #expect(second.code == .ok)
      #expect(try json(second)["sent"] as? Int == 2)
    }
  }

  @Test func `an HTML body brings a text of its own, and attachments go along`() async throws {
    try await SendWorkbench.open { bench in
      let body = try bench.write("<body><p>Dear {{ first_name }}</p></body>", to: "body.html")
      let file = try bench.write("one,two\n", to: "list.csv")
      let result = try await bench.send(
        ["body": body], ["--sandbox", "--attach", "\(file):table.csv", "--transactional"])
      #expect(result.code == .ok)
      let kept = try #require(try bench.kept().first)
      for part in [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
        "filename=\"table.csv\"", "b25lLHR3bwo=",
      ] {
        #expect(kept.contains(part), "\(part)")
      }
      #expect(!kept.contains("List-"))
      #expect(!kept.contains("on our list"))
    }
  }

  @Test func `a dry run makes every message and keeps nothing`() async throws {
    try await SendWorkbench.open { bench in
      try bench.write(Self.contacts, to: "people.csv")
      let result = try await bench.send([:], ["--sandbox", "--dry-run", "--json"])
      #expect(result.code == .ok)
      let summary = try json(result)
      #expect(summary["would_send"] as? Int == 2)
      #expect(summary["skipped"] as? Int == 2)
      #expect(summary["broken"] as? Int == 0)
      #expect(summary["total"] as? Int == 4)
      #expect(result.messages.contains("line 4: invalid address: "))
      #expect(result.messages.contains("line 5: duplicate of line 2"))
      #expect(!bench.isThere("data"))
    }
  }
}
