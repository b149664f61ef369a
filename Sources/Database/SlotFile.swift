import Glibc

/// A file of slots of one size, written over and over: the quickest way to make a few hundred octets
/// durable.
///
/// All of it is written when it is made, so that later writes move nothing about on the disk and need
/// no room. A slot that was torn by a power cut is told from a whole one.
public final class SlotFile: Sendable {
  /// What one write makes durable is a batch; its slots bear numbers one after the other.
  public struct Slot: Sendable {
    public let number: Int
    /// The first number of its batch.
    public let batch: Int
    public let content: [UInt8]
  }

  /// Octets of one slot's content.
  public static let capacity = size - Head.size
  private static let size = 4_096

  private let descriptor: Int32
  private let path: String
  private let owner: [UInt8]
  /// How many slots there are.
  public let count: Int

  /// Opens or makes the file at `path`.
  ///
  /// `owner` are sixteen octets; what others have left in the file is not there for this one.
  public init(path: String, count: Int, owner: [UInt8]) throws(DatabaseError) {
    precondition(owner.count == 16 && count > 0)
    self.path = path
    self.owner = owner
    self.count = count
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }
    let size = max(0, Int(lseek(descriptor, 0, Int32(SEEK_END))))
    if size < count * Self.size {
      // Nobody writes before all is there, so what holds anything was cut off later.
      guard try whole(after: 0).isEmpty else {
        throw .corrupt("\(path) is cut short, and what it lacks cannot be told")
      }
      try fill(from: size / Self.size)
    }
    // A program that died while it made the file may not have come so far.
    try makeLast()
  }

  deinit { close(descriptor) }

  private func fill(from first: Int) throws(DatabaseError) {
    let empty = [UInt8](repeating: 0, count: Self.size)
    for slot in first..<count { try put(empty, at: slot * Self.size) }
  }

  private func makeLast() throws(DatabaseError) {
    guard fsync(descriptor) == 0 else { throw failure("making") }
    // The name must last as well.
    let folder = open(
      path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("making") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw failure("making") }
  }

  /// Writes the contents into the slots from `number` on, and returns when they are durable.
  ///
  /// After an error nobody knows which of them are.
  public func write(_ contents: [[UInt8]], from number: Int) throws(DatabaseError) {
    var image: [UInt8] = []
    for (index, content) in contents.enumerated() {
      precondition(content.count <= Self.capacity)
      image.removeAll(keepingCapacity: true)
      image.reserveCapacity(Self.size)
      let slot = Slot(number: number + index, batch: number, content: content)
      Head(of: slot, owner: owner).write(to: &image)
      image += content
      try put(image, at: (number + index) % count * Self.size)
    }
    // A failed sync is final: what it covered may or may not be on the disk.
    guard fdatasync(descriptor) == 0 else { throw failure("writing") }
  }

  private func put(_ octets: [UInt8], at offset: Int) throws(DatabaseError) {
    var done = 0
    while done < octets.count {
      let written = octets.withUnsafeBytes { octets in
        pwrite(
          descriptor, octets.baseAddress.map { $0 + done }, octets.count - done,
          off_t(offset + done))
      }
      guard written > 0 else {
        if written < 0, errno == EINTR { continue }
        throw failure("writing")
      }
      done += written
    }
  }

  private func failure(_ what: String) -> DatabaseError {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return .full }
    return .inputOutput("\(what) \(path): \(String(cString: strerror(code)))")
  }

  /// The whole slots that this owner has written with numbers above `number`, in order.
  ///
  /// Only the last batch may be incomplete: nobody was told that it is there.
  ///
  /// - Throws: ``DatabaseError/corrupt(_:)`` when one is missing before that.
  public func slots(after number: Int) throws(DatabaseError) -> [Slot] {
    let slots = try whole(after: number)
    let last = slots.map(\.batch).max() ?? 0
    var expected = number + 1
    for slot in slots where slot.number < last {
      guard slot.number == expected else { break }
      expected += 1
    }
    guard last <= expected || slots.isEmpty else {
      throw .corrupt(
        "\(path) lacks what was written before its end. If the database beside it was put back from a "
          + "copy, take this file away")
    }
    return slots
  }

  /// The slots that are whole, in order, whether others are missing or not.
  private func whole(after number: Int) throws(DatabaseError) -> [Slot] {
    var slots: [Slot] = []
    var image = [UInt8](repeating: 0, count: Self.size)
    for place in 0..<count {
      let got = image.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, Self.size, off_t(place * Self.size))
      }
      guard got >= 0 else { throw failure("reading") }
      guard got == Self.size, let slot = Head.slot(in: image, owner: owner, of: count),
        slot.number > number, slot.number % count == place
      else { continue }
      slots.append(slot)
    }
    return slots.sorted { $0.number < $1.number }
  }

  /// What stands before a slot's content: a mark, the owner, the numbers, the length and a check.
  private struct Head {
    static let size = 56
    private static let mark = 0x4D61_7274_6C65_7431
    private let words: [Int]
    private let owner: [UInt8]

    init(of slot: Slot, owner: [UInt8]) {
      self.owner = owner
      words = [
        slot.number, slot.batch, slot.content.count,
        Self.check(slot.content, seed: [slot.number, slot.batch, slot.content.count]),
      ]
    }

    func write(to image: inout [UInt8]) {
      for word in [Self.mark] { withUnsafeBytes(of: word.littleEndian) { image += $0 } }
      image += owner
      for word in words { withUnsafeBytes(of: word.littleEndian) { image += $0 } }
    }

    static func slot(in image: [UInt8], owner: [UInt8], of count: Int) -> Slot? {
      func word(_ offset: Int) -> Int {
        image.withUnsafeBytes {
          Int(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int.self))
        }
      }
      guard image.count >= size, word(0) == mark, image[8..<24].elementsEqual(owner) else {
        return nil
      }
      let (number, batch, length) = (word(24), word(32), word(40))
      guard batch > 0, batch <= number, number - batch < count, length >= 0,
        length <= image.count - size
      else { return nil }
      let content = [UInt8](image[size..<size + length])
      guard word(48) == check(content, seed: [number, batch, length]) else { return nil }
      return Slot(number: number, batch: batch, content: content)
    }

    /// Tells a torn slot from a whole one; no defence against people.
    private static func check(_ content: [UInt8], seed: [Int]) -> Int {
      var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
      func mix(_ word: UInt64) {
        sum = (sum ^ word) &* 0xFF51_AFD7_ED55_8CCD
        sum ^= sum &>> 32
      }
      for word in seed { mix(UInt64(bitPattern: Int64(word))) }
      content.withUnsafeBytes { content in
        var at = 0
        while at + 8 <= content.count {
          mix(UInt64(littleEndian: content.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
          at += 8
        }
        var rest: UInt64 = 0
        for octet in content[at...] { rest = rest << 8 | UInt64(octet) }
        mix(rest)
      }
      return Int(truncatingIfNeeded: sum)
    }
  }
}
