import Glibc

/// The octets of one contact file: an open file or pipe, closed at the end, or memory.
struct ByteSource: ~Copyable, Sendable {
  /// -1 when the octets are in memory.
  private let descriptor: Int32
  /// Octets read ahead (or all, in memory) that `read` gives before it asks the descriptor.
  private var held: [UInt8]
  /// Octets that `read` has given from behind those.
  private var beyond = 0
  private var heldAt = 0
  /// How many octets there are, `nil` for a pipe.
  let size: Int?

  init(bytes: [UInt8]) {
    descriptor = -1
    held = bytes
    size = bytes.count
  }

  init(path: String) throws(SpreadsheetError) {
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw .cannotOpen(path: path, code: errno) }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(opened)
      throw .cannotOpen(path: path, code: EISDIR)
    }
    descriptor = opened
    held = []
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The first octets, at most `count`; `read` gives them again.
  mutating func head(_ count: Int) throws(SpreadsheetError) -> [UInt8] {
    guard descriptor >= 0 else { return Array(held.prefix(count)) }
    var head = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = try Self.read(descriptor, into: &head, at: filled, most: count - filled)
      if got == 0 { break }
      filled += got
    }
    head.removeSubrange(filled...)
    held = head
    return head
  }

  /// Puts the next octets at `position` of `buffer`, at most `most`.
  ///
  /// - Returns: How many; 0 at the end of the file.
  mutating func read(
    into buffer: inout [UInt8], at position: Int, most: Int
  ) throws(SpreadsheetError) -> Int {
    if heldAt < held.count {
      let count = min(most, held.count - heldAt)
      buffer.withUnsafeMutableBytes { target in
        held.withUnsafeBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[position..<position + count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[heldAt..<heldAt + count]))
        }
      }
      heldAt += count
      return count
    }
    guard descriptor >= 0 else { return 0 }
    let got = try Self.read(descriptor, into: &buffer, at: position, most: most)
    beyond += got
    return got
  }

  /// Goes on at `offset`, which counts from the beginning of the file.
  ///
  /// A pipe cannot go back, except within the octets read ahead as long as none behind them have
  /// been read.
  ///
  /// - Returns: Whether the file reaches that far, and the place can be reached.
  mutating func move(to offset: Int) throws(SpreadsheetError) -> Bool {
    guard offset >= 0 else { return false }
    guard descriptor >= 0 else {
      heldAt = min(offset, held.count)
      return offset <= held.count
    }
    if let size {
      (held, heldAt) = ([], 0)
      guard offset <= size else { return false }
      guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw .cannotRead(code: errno) }
      return true
    }
    if beyond == 0 { heldAt = min(offset, held.count) }
    var rest = offset - heldAt - beyond
    guard rest >= 0 else { return false }
    var waste = [UInt8](repeating: 0, count: 1 << 16)
    while rest > 0 {
      let got = try read(into: &waste, at: 0, most: min(rest, waste.count))
      if got == 0 { return false }
      rest -= got
    }
    return true
  }

  /// Whether the first octets beyond ASCII at or after `offset` are well-formed UTF-8, or there
  /// are none; a pipe, which cannot be looked into, answers yes.
  ///
  /// Leaves the place of reading alone.
  func staysUTF8(from offset: Int) throws(SpreadsheetError) -> Bool {
    guard descriptor >= 0, size != nil else {
      return held.withUnsafeBufferPointer { Self.startsUTF8($0, from: min(offset, $0.count)) }
        ?? true
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    var at = offset
    while true {
      let got = chunk.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(at))
      }
      guard got >= 0 else {
        if errno == EINTR { continue }
        throw .cannotRead(code: errno)
      }
      if got == 0 { return true }
      let answer = chunk.withUnsafeBufferPointer { buffer in
        Self.startsUTF8(UnsafeBufferPointer(rebasing: buffer[..<got]), from: 0)
      }
      if let answer { return answer }
      at += got
    }
  }

  /// Whether the first octet beyond ASCII begins a UTF-8 sequence, `nil` when all are ASCII.
  ///
  /// A sequence that the end cuts off counts as one.
  private static func startsUTF8(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool? {
    var at = start
    while true {
      at = UTF8Check.skipASCII(text, from: at, to: text.count)
      guard at < text.count else { return nil }
      if text[at] == 0 {
        at += 1
        continue
      }
      let checked = UTF8Check.check(text, from: at, to: min(at + 4, text.count))
      return checked.end > at || checked.finding == .truncated
    }
  }

  private static func read(
    _ descriptor: Int32, into buffer: inout [UInt8], at position: Int, most: Int
  ) throws(SpreadsheetError) -> Int {
    while true {
      let got = buffer.withUnsafeMutableBytes { bytes in
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[position..<position + most])
        return Glibc.read(descriptor, target.baseAddress, target.count)
      }
      if got >= 0 { return got }
      if errno != EINTR { throw .cannotRead(code: errno) }
    }
  }
}
