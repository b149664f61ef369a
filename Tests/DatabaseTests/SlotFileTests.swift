import Database
import Foundation
import Testing

@Suite("A file of slots")
struct SlotFileTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/slots-\(UUID().uuidString)"
  private var path: String { folder + "/slots" }
  private static let owner = [UInt8](repeating: 7, count: 16)

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func file(owner: [UInt8] = owner) throws -> SlotFile {
    try SlotFile(path: path, count: 8, owner: owner)
  }

  private func overwrite(_ octets: [UInt8], at offset: Int) throws {
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: octets)
    try handle.close()
  }

  @Test func `what was written is read back by the next who opens it, in order`() throws {
    let first = try file()
    try first.write([[1], [2, 2]], from: 1)
    try first.write([[3]], from: 3)
    let slots = try file().slots(after: 0)
    #expect(slots.map(\.number) == [1, 2, 3])
    #expect(slots.map(\.batch) == [1, 1, 3])
    #expect(slots.map(\.content) == [[1], [2, 2], [3]])
    #expect(try file().slots(after: 2).map(\.content) == [[3]])
  }

  @Test func `slots are written over, round and round`() throws {
    let file = try file()
    for number in 1...20 { try file.write([[UInt8(number)]], from: number) }
    #expect(try file.slots(after: 12).map(\.content) == (13...20).map { [UInt8($0)] })
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(size == 8 * 4_096)
  }

  @Test func `a slot may be full, and empty`() throws {
    let file = try file()
    let full = [UInt8](repeating: 9, count: SlotFile.capacity)
    try file.write([full, []], from: 1)
    #expect(try file.slots(after: 0).map(\.content) == [full, []])
  }

  @Test(arguments: 0..<120)
  func `one octet changed anywhere in a slot, and it is not there`(_ place: Int) throws {
    let file = try file()
    try file.write([[UInt8](repeating: 5, count: 64)], from: 1)
    try overwrite([0xA5], at: 4_096 + place)
    #expect(try file.slots(after: 0).isEmpty)
  }

  @Test func `of the last batch some may be missing, before it none`() throws {
    let file = try file()
    try file.write([[1]], from: 1)
    try file.write([[2], [3]], from: 2)
    try overwrite([0xA5], at: 2 * 4_096)
    #expect(try file.slots(after: 0).map(\.number) == [1, 3])
    try file.write([[4]], from: 4)
    #expect(throws: DatabaseError.self) { try file.slots(after: 0) }
    #expect(try file.slots(after: 2).map(\.number) == [3, 4])
  }

  @Test func `what others have left is not there`() throws {
    try file().write([[1]], from: 1)
    #expect(try file(owner: [UInt8](repeating: 8, count: 16)).slots(after: 0).isEmpty)
  }

  @Test func `a file that was cut short is not filled up again while anything stands in it`() throws
  {
    try file().write([[1]], from: 1)
    try cut(to: 5 * 4_096 + 100)
    #expect(throws: DatabaseError.self) { try file() }
  }

  @Test func `a file whose making was interrupted is made to the end`() throws {
    _ = try file()
    try cut(to: 3 * 4_096)
    try file().write([[1]], from: 7)
    #expect(try file().slots(after: 6).map(\.content) == [[1]])
  }

  private func cut(to size: Int) throws {
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
  }

  @Test func `of a write that failed and a shorter one after it, the shorter one stands`() throws {
    let file = try file()
    try file.write([[1], [2], [3]], from: 1)
    try file.write([[9]], from: 1)
    #expect(try file.slots(after: 0).first?.content == [9])
  }

  @Test func `a folder that is not there is named`() throws {
    #expect(throws: DatabaseError.self) {
      try SlotFile(path: folder + "/no/slots", count: 8, owner: Self.owner)
    }
  }
}
