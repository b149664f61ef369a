import Foundation
import Testing

@testable import TimeZones

struct AtlasTests {
  /// Calls `body` with the path of an empty folder that is gone afterwards.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-atlas-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func copy(_ name: String, to folder: URL) throws {
    let content = try #require(SmallFile.read("/usr/share/zoneinfo/\(name)", limit: 1 << 16))
    try Data(content).write(to: folder.appendingPathComponent(name))
  }

  @Test("Without a database there is universal time")
  func noDatabase() throws {
    let atlas = Atlas(folder: "/nowhere")
    #expect(atlas.names == ["UTC"])
    #expect(try atlas.zone(named: "UTC") == .utc)
    #expect(throws: ZoneError.unknown) { try atlas.zone(named: "Europe/Berlin") }
  }

  @Test("An older name without a file of its own is read by its newer name")
  func missingAlias() throws {
    try withFolder { folder in
      try Data("# version 1\nZ EST -5 - EST\nL EST Old\nL Gone Older\n".utf8)
        .write(to: folder.appendingPathComponent("tzdata.zi"))
      try copy("EST", to: folder)
      let atlas = Atlas(folder: folder.path)
      #expect(atlas.names == ["EST", "Old", "Older", "UTC"])
      let zone = try atlas.zone(named: "Old")
      #expect(zone.name == "Old")
      #expect(zone.rules.period(at: 0).offset == -18_000)
      #expect(throws: ZoneError.unreadable) { try atlas.zone(named: "Older") }
    }
  }

  @Test("A zone is read from its file once")
  func cached() throws {
    try withFolder { folder in
      try Data("AD\t+4230+00131\tEST\n".utf8).write(to: folder.appendingPathComponent("zone.tab"))
      try copy("EST", to: folder)
      let atlas = Atlas(folder: folder.path)
      #expect(atlas.names == ["EST", "UTC"])
      let first = try atlas.zone(named: "EST")
      try FileManager.default.removeItem(at: folder.appendingPathComponent("EST"))
      #expect(try atlas.zone(named: "EST").rules == first.rules)
    }
  }

  @Test("Damaged, oversized and odd files are unreadable, and names in lists cannot be paths")
  func oddFiles() throws {
    try withFolder { folder in
      let names = ["Damaged", "Big", "Folder", "Pipe", "Missing", "../Up", "/Root", "A//B", "."]
      try Data(names.map { "XX\t+0+0\t\($0)\n" }.joined().utf8)
        .write(to: folder.appendingPathComponent("zone1970.tab"))
      try Data("TZif".utf8).write(to: folder.appendingPathComponent("Damaged"))
      let whole = try #require(SmallFile.read("/usr/share/zoneinfo/EST", limit: 1 << 16))
      try Data(whole + [UInt8](repeating: 0, count: 1 << 16))
        .write(to: folder.appendingPathComponent("Big"))
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("Folder"), withIntermediateDirectories: false)
      #expect(mkfifo(folder.appendingPathComponent("Pipe").path, 0o600) == 0)
      let atlas = Atlas(folder: folder.path)
      #expect(atlas.names == ["Big", "Damaged", "Folder", "Missing", "Pipe", "UTC"])
      for name in names[..<5] {
        #expect(throws: ZoneError.unreadable) { try atlas.zone(named: name) }
      }
      for name in names[5...] {
        #expect(throws: ZoneError.unknown) { try atlas.zone(named: name) }
      }
    }
  }
}
