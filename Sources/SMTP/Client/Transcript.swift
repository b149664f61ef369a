import Octets

/// The last lines of a conversation, for the log when it goes wrong.
///
/// Message texts are not part of it, and secrets never are: what would hold one is noted as stars.
public struct Transcript: Sendable {
  private enum Voice: String {
    case client = "C: "
    case server = "S: "
    case note = "-- "
  }

  /// So much of it is kept, at least.
  static let kept = 2_048
  private static let longestLine = 400

  private var octets: [UInt8] = []
  private var entries: [(voice: Voice, count: Int)] = []

  init() {}

  /// Adds what we say, one line or several.
  mutating func client(_ lines: ArraySlice<UInt8>) { add(lines, .client) }

  /// Adds what the server answers.
  mutating func server(_ reply: Reply) {
    makeRoom()
    let start = octets.count
    octets.append(decimal: reply.code)
    if let enhanced = reply.enhanced {
      octets.append(ASCII.space)
      enhanced.append(to: &octets)
    }
    octets.append(ASCII.space)
    octets += reply.text.prefix(Self.longestLine)
    entries.append((.server, octets.count - start))
  }

  /// Adds what is not said on the wire as it stands here.
  mutating func note(_ text: StaticString) {
    makeRoom()
    octets.append(text)
    entries.append((.note, text.utf8CodeUnitCount))
  }

  mutating func note(about event: some CustomStringConvertible) {
    add(Array(event.description.utf8)[...], .note)
  }

  private mutating func add(_ text: ArraySlice<UInt8>, _ voice: Voice) {
    makeRoom()
    let text = text.prefix(Self.kept)
    octets += text
    entries.append((voice, text.count))
  }

  /// Drops the oldest, now and then.
  private mutating func makeRoom() {
    guard octets.count > 2 * Self.kept else { return }
    var dropped = 0
    var count = 0
    while octets.count - dropped > Self.kept, count < entries.count {
      dropped += entries[count].count
      count += 1
    }
    octets.removeSubrange(..<dropped)
    entries.removeSubrange(..<count)
  }

  /// The last lines, with control characters as spaces.
  ///
  /// Ours begin with `C: `, the server's with `S: `. They are 2,000 octets at most: a log does not
  /// take more.
  public var text: String {
    var lines: [[UInt8]] = []
    var start = 0
    for (voice, count) in entries {
      let parts = octets[start..<start + count].split(separator: ASCII.lineFeed)
      start += count
      for line in parts.isEmpty ? [[]] : parts {
        let line = line.last == ASCII.carriageReturn ? line.dropLast() : line
        lines.append(
          Array(voice.rawValue.utf8)
            + line.prefix(Self.longestLine).map { $0 < 0x20 || $0 == 0x7F ? ASCII.space : $0 })
      }
    }
    var room = 2_000
    let last = lines.reversed().prefix { line in
      room -= line.count + 1
      return room >= 0
    }
    return String(
      decoding: Array(last.reversed().joined(separator: [ASCII.lineFeed])), as: UTF8.self)
  }
}
