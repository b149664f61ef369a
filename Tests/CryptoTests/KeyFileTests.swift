import Crypto
import Foundation
import Testing

/// The key file: one key however many ask, readable by its owner only.
@Suite struct KeyFileTests {
  /// A folder that goes away with the test.
  final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "martlet-key-" + UUID().uuidString
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
  }

  let folder: Folder
  let file: KeyFile

  init() throws {
    folder = try Folder()
    file = KeyFile(path: folder.path + "/secret.key")
  }

  @Test func `it is made once, for its owner only, and read from then on`() throws {
    let first = try file.readOrCreate()
    #expect(first.isNew)
    #expect(!first.isReadableByOthers)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(mode as? Int == 0o600)

    let second = try file.readOrCreate()
    #expect(!second.isNew)
    #expect(second.ring.current.id == first.ring.current.id)
    #expect(folder.names == ["secret.key"])
  }

  @Test func `of many at once one makes the key and all have it`() async throws {
    let contents = try await withThrowingTaskGroup(of: KeyFile.Content.self) { group in
      for _ in 0..<32 { group.addTask { @concurrent in try file.readOrCreate() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(contents.map(\.ring.current.id)).count == 1)
    #expect(contents.filter(\.isNew).count == 1)
    #expect(folder.names == ["secret.key"])
  }

  @Test func `a file that others may read is told of`() throws {
    _ = try file.readOrCreate()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    #expect(try file.readOrCreate().isReadableByOthers)
  }

  @Test func `a rotation keeps the old key until it ends`() throws {
    let old = try file.readOrCreate().ring.current.id
    let ring = try file.rotate()
    #expect(ring.previous.map(\.id) == [old])
    let read = try file.readOrCreate().ring
    #expect(read.current.id == ring.current.id)
    #expect(read.previous.map(\.id) == [old])

    #expect(try file.forgetPrevious().previous.isEmpty)
    let after = try file.readOrCreate()
    #expect(after.ring.previous.isEmpty)
    #expect(after.ring.current.id == ring.current.id)
    #expect(!after.isReadableByOthers)
    #expect(folder.names == ["secret.key"])
  }

  @Test func `rotations at once lose no key`() async throws {
    let first = try file.readOrCreate().ring.current.id
    let made = try await withThrowingTaskGroup(of: KeyID.self) { group in
      for _ in 0..<8 { group.addTask { @concurrent in try file.rotate().current.id } }
      return try await group.reduce(into: Set([first])) { $0.insert($1) }
    }
    let ring = try file.readOrCreate().ring
    #expect(Set([ring.current.id] + ring.previous.map(\.id)) == made)
    #expect(made.count == 9)
  }

  @Test(arguments: ["", "#only a remark\n", "00ff\n", "not hexadecimal\n", "\u{0}"])
  func `a file without a key is refused and left alone`(text: String) throws {
    try text.write(toFile: file.path, atomically: true, encoding: .utf8)
    #expect(throws: CryptoError.keyFileMalformed(path: file.path)) { try file.readOrCreate() }
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == text)
  }

  @Test func `a file edited on another system is still read`() throws {
    let key = String(repeating: "A7", count: 32)
    try "# mine\r\n\(key)\r\n".write(toFile: file.path, atomically: true, encoding: .utf8)
    #expect(
      try file.readOrCreate().ring.current.withBytes { Array($0) }
        == .init(repeating: 0xA7, count: 32))
  }

  @Test func `a missing folder is an error with the cause`() throws {
    let path = folder.path + "/nowhere/secret.key"
    #expect(throws: CryptoError.keyFileFailed(path: path, step: "creating", errno: ENOENT)) {
      try KeyFile(path: path).readOrCreate()
    }
  }
}
