import Octets

/// One event of a `text/event-stream` (HTML §9.2).
public struct ServerEvent: Sendable, Equatable {
  public let name: String?
  public let id: String?
  public let data: String

  public init(_ name: String? = nil, id: String? = nil, data: String) {
    self.name = name
    self.id = id
    self.data = data
  }

  public var octets: [UInt8] {
    var out: [UInt8] = []
    if let name { Self.append("event: ", Array(name.utf8.filter(Self.isInLine)), to: &out) }
    if let id {
      Self.append("id: ", Array(id.utf8.filter { Self.isInLine($0) && $0 != 0 }), to: &out)
    }
    for line in Self.lines(data) { Self.append("data: ", line, to: &out) }
    out.append(ASCII.lineFeed)
    return out
  }

  private static func isInLine(_ octet: UInt8) -> Bool {
    octet != ASCII.lineFeed && octet != ASCII.carriageReturn
  }

  private static func append(_ label: StaticString, _ value: [UInt8], to out: inout [UInt8]) {
    out.append(label)
    out += value
    out.append(ASCII.lineFeed)
  }

  /// The data's lines; CR LF, LF and CR all end one.
  private static func lines(_ text: String) -> [[UInt8]] {
    var lines: [[UInt8]] = [[]]
    var last: UInt8 = 0
    for octet in text.utf8 {
      defer { last = octet }
      if octet == ASCII.lineFeed, last == ASCII.carriageReturn { continue }
      if isInLine(octet) { lines[lines.count - 1].append(octet) } else { lines.append([]) }
    }
    return lines
  }
}

/// A live connection to one browser page.
public struct EventStream: Sendable {
  private let stream: ByteStream

  public init(_ stream: ByteStream) { self.stream = stream }

  public var isOpen: Bool { stream.isOpen }

  /// - Throws: ``ByteStream/Ended`` when the client has left, or was 64 KB behind and is dropped.
  public func send(_ event: ServerEvent) throws(ByteStream.Ended) {
    try stream.send(event.octets)
  }
}
