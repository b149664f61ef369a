import Foundation
import Octets
import Telemetry
import Testing

/// Log lines as they come out of the descriptor.
@Suite struct LogTests {
  let pipe = Pipe()

  func log(_ format: LogFormat, level: LogLevel = .info) -> Log {
    Log(
      level: level, format: format, to: LogDescriptor(pipe.fileHandleForWriting.fileDescriptor),
      now: { Timestamp(microseconds: 1_795_167_000_123_456) })
  }

  func written() throws -> String {
    try pipe.fileHandleForWriting.close()
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  @Test func `a plain line reads well`() throws {
    log(.plain).with(["node": "one"]).warning(
      "sender paused",
      ["count": .number(-12), "host": "mx a", "ok": true, "took": .seconds(.milliseconds(1_500))])
    #expect(
      try written() == """
        2026-11-20T09:30:00.123Z WARNING sender paused node=one count=-12 host="mx a" ok=true took=1.5

        """)
  }

  @Test func `a JSON line is JSON whatever the values hold`() throws {
    let hostile = "\"\\\r\n\t\u{0}\u{1B}[31m\u{7F}\u{85}\u{202E}é👍}{"
    log(.json).info(
      "import done", ["file": .text(hostile), "rows": 3, "share": .decimal(.infinity), "ok": false])
    let text = try written()
    #expect(text.utf8.count { $0 < 0x20 || $0 == 0x7F } == 1)
    #expect(text.hasSuffix("}\n"))
    #expect(!text.unicodeScalars.contains("\u{202E}"))
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["time"] as? String == "2026-11-20T09:30:00.123Z")
    #expect(object?["level"] as? String == "info")
    #expect(object?["message"] as? String == "import done")
    #expect(object?["file"] as? String == hostile)
    #expect(object?["rows"] as? Int == 3)
    #expect(object?["share"] is NSNull)
    #expect(object?["ok"] as? Bool == false)
  }

  @Test(arguments: ["a\nb", "a b", "", "\u{1B}c", "a=b", "\"", "naïve"])
  func `a plain value cannot pass for another line or field`(value: String) throws {
    log(.plain).info("seen", ["value": .text(value), "next": 1])
    let text = try written()
    #expect(text.hasSuffix("\" next=1\n"))
    #expect(text.utf8.count { $0 < 0x20 } == 1)
  }

  @Test func `a long value is cut`() throws {
    log(.json).info("seen", ["value": .text(String(repeating: "é", count: 1 << 20))])
    let text = try written()
    #expect(text.utf8.count < 2_300)
    #expect(text.hasSuffix("é…\"}\n"))
  }

  @Test func `a line below the level is not written and its fields not made`() throws {
    let log = log(.plain, level: .warning)
    log.debug("no", ["value": .text(failing())])
    log.info("no", ["value": .text(failing())])
    log.error("yes")
    #expect(try written().hasSuffix("ERROR yes\n"))
  }

  @Test func `levels have the names that people write`() {
    #expect(LogLevel(name: "WARN") == .warning)
    #expect(LogLevel(name: "Debug") == .debug)
    #expect(LogLevel(name: "verbose") == nil)
  }

  @Test func `a pipe that nobody reads, or that is closed, is survived and counted`() throws {
    let sink = LogDescriptor(pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForReading.close()
    Log(to: sink).error("nobody reads this")
    #expect(sink.lostLines == 1)

    let closed = LogDescriptor(1_000_000)
    Log(to: closed).error("nor this")
    #expect(closed.lostLines == 1)
  }

  @Test func `a full pipe loses lines, not the program, and heals when it is read`() throws {
    let sink = LogDescriptor(pipe.fileHandleForWriting.fileDescriptor)
    let log = Log(to: sink)
    for _ in 0..<5_000 { log.info("the same again", ["value": "0123456789012345678901234567890"]) }
    let lost = sink.lostLines
    #expect(lost > 0)
    var room = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(pipe.fileHandleForReading.fileDescriptor, &room, room.count)
    #expect(room.prefix(count).count { $0 == 0x0A } + lost == 5_000)
    log.info("room again")
    #expect(sink.lostLines == lost)
    let rest = try written()
    #expect(rest.hasSuffix("INFO room again\n"))
  }

  private func failing() -> String {
    Issue.record("made the fields of a line that is not written")
    return ""
  }
}
