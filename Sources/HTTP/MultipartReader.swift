import Glibc
import Octets

/// Why a body is no multipart form.
public enum MultipartError: Error, Equatable {
  case badBoundary
  case noFirstBoundary
  case badHeader
  case headerTooLarge
  case tooManyParts
  case truncated
}

/// Splits a `multipart/form-data` body (RFC 7578) into its parts while it arrives.
///
/// Told chunks of any size, it answers with what they completed, and keeps no more than a
/// boundary or one header line.
public struct MultipartReader: Sendable {
  public enum Event: Sendable, Equatable {
    case part(MultipartPart)
    case data([UInt8])
    case endOfPart
  }

  private enum State { case start, headers, body, ended }

  /// CR LF and the boundary with its two hyphens.
  private let delimiter: [UInt8]
  private let partLimit: Int
  private let headerLimit = 8 << 10
  private var state = State.start
  private var parts = 0
  private var fields = Fields()
  private var headerBytes = 0
  private var buffer: [UInt8] = []
  /// Octets at the front of `buffer` known to hold no end of line.
  private var scanned = 0

  /// - Throws: ``MultipartError/badBoundary`` unless it has 1 to 70 characters.
  public init(boundary: String, partLimit: Int = 1_000) throws(MultipartError) {
    guard (1...70).contains(boundary.utf8.count) else { throw .badBoundary }
    delimiter = Array("\r\n--\(boundary)".utf8)
    self.partLimit = partLimit
    // The first boundary then looks like all others.
    buffer = [ASCII.carriageReturn, ASCII.lineFeed]
  }

  /// A reader for a `Content-Type` field, `nil` when that is not `multipart/form-data`.
  public init?(contentType: String) throws(MultipartError) {
    var scanner = ParameterScanner(Array(contentType.utf8))
    guard scanner.takeWord().equalsIgnoringASCIICase("multipart/form-data") else { return nil }
    while let (key, value) = scanner.takeParameter() {
      guard key.equalsIgnoringASCIICase("boundary") else { continue }
      try self.init(boundary: String(decoding: value, as: UTF8.self))
      return
    }
    throw .badBoundary
  }

  /// Takes the next octets of the body.
  public mutating func feed(_ chunk: [UInt8]) throws(MultipartError) -> [Event] {
    if state == .ended { return [] }
    buffer += chunk
    var events: [Event] = []
    var at = 0
    while true {
      let before = at
      let step = state
      switch state {
      case .start: try takeStart(&at)
      case .headers: try takeHeaderLine(&at, &events)
      case .body: try takeBody(&at, &events)
      case .ended: at = buffer.count
      }
      if at == before, step == state { break }
    }
    buffer.removeFirst(at)
    return events
  }

  /// To be called after the last octet.
  ///
  /// - Throws: ``MultipartError/truncated`` when the closing boundary has not come.
  public func finish() throws(MultipartError) {
    guard state == .ended else { throw .truncated }
  }

  /// Empty lines may stand before the first boundary, nothing else.
  private mutating func takeStart(_ at: inout Int) throws(MultipartError) {
    let rest = buffer.count - at
    if rest >= 4, buffer[at...].starts(with: [13, 10, 13, 10]) {
      at += 2
      return
    }
    guard delimiter.starts(with: buffer[at...].prefix(delimiter.count)) else {
      // A second empty line may still be half there.
      if rest == 3, buffer[at + 2] == ASCII.carriageReturn { return }
      throw .noFirstBoundary
    }
    guard rest >= delimiter.count + 2 else { return }
    guard let next = ending(at: at + delimiter.count) else { throw .noFirstBoundary }
    at += delimiter.count + 2
    try begin(next)
  }

  /// What the two octets after a boundary announce, `nil` when they make it no boundary.
  private func ending(at index: Int) -> State? {
    if buffer[index] == ASCII.carriageReturn, buffer[index + 1] == ASCII.lineFeed {
      return .headers
    }
    if buffer[index] == ASCII.hyphen, buffer[index + 1] == ASCII.hyphen { return .ended }
    return nil
  }

  private mutating func begin(_ next: State) throws(MultipartError) {
    state = next
    guard next == .headers else { return }
    parts += 1
    guard parts <= partLimit else { throw .tooManyParts }
    fields = Fields()
    headerBytes = 0
    scanned = 0
  }

  private mutating func takeHeaderLine(
    _ at: inout Int, _ events: inout [Event]
  ) throws(MultipartError) {
    guard let end = position(of: ASCII.lineFeed, from: at + scanned) else {
      scanned = buffer.count - at
      if headerBytes + scanned > headerLimit { throw .headerTooLarge }
      return
    }
    scanned = 0
    headerBytes += end - at + 1
    if headerBytes > headerLimit { throw .headerTooLarge }
    guard end > at, buffer[end - 1] == ASCII.carriageReturn else { throw .badHeader }
    let line = buffer[at..<(end - 1)]
    at = end + 1
    if line.isEmpty {
      guard let part = MultipartPart(fields) else { throw .badHeader }
      events.append(.part(part))
      state = .body
      return
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(\.isTokenOctet),
      line[colon...].allSatisfy({ $0 >= ASCII.space && $0 != 0x7F || $0 == ASCII.tab })
    else { throw .badHeader }
    fields.append(
      String(decoding: line[..<colon], as: UTF8.self),
      String(decoding: line[(colon + 1)...].trimmingASCIIWhitespace, as: UTF8.self))
  }

  private mutating func takeBody(
    _ at: inout Int, _ events: inout [Event]
  ) throws(MultipartError) {
    var search = at
    while let found = position(of: ASCII.carriageReturn, from: search) {
      let match = buffer[found...].prefix(delimiter.count)
      guard delimiter.starts(with: match) else {
        search = found + 1
        continue
      }
      guard buffer.count - found >= delimiter.count + 2 else {
        emit(&at, upTo: found, &events)
        return
      }
      if let next = ending(at: found + delimiter.count) {
        emit(&at, upTo: found, &events)
        events.append(.endOfPart)
        at = found + delimiter.count + 2
        try begin(next)
        return
      }
      search = found + 1
    }
    emit(&at, upTo: buffer.count, &events)
  }

  private func emit(_ at: inout Int, upTo end: Int, _ events: inout [Event]) {
    if end > at { events.append(.data(Array(buffer[at..<end]))) }
    at = end
  }

  private func position(of octet: UInt8, from start: Int) -> Int? {
    buffer.withUnsafeBytes { octets in
      guard start < octets.count, let base = octets.baseAddress,
        let found = memchr(base + start, Int32(octet), octets.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }
}
