/// A part of a message with the template of its footer, which may be empty, between two texts.
struct Footed {
  let before: [UInt8]
  var footer: [UInt8] = []
  var after: [UInt8] = []

  /// All three as one template.
  var source: [UInt8] { before + footer + after }
}

/// The lines under a message by which its reader can leave the list.
enum Footer {
  /// Whether the author has put the link there already.
  static func isNeeded(in sources: [[UInt8]?]) -> Bool {
    let name = [UInt8]("unsubscribe_url".utf8)
    return !sources.contains { source in source.map { contains($0, name) } ?? false }
  }

  /// The text with the footer under it.
  static func added(toText source: [UInt8]) -> Footed {
    // “-- ” on a line of its own begins a signature in the eyes of mail programs.
    Footed(
      before: source,
      footer: [UInt8](
        "\n\n-- \nYou get this message because your address is on our list.\n".utf8)
        + [UInt8]("To leave it: {{ unsubscribe_url }}\n".utf8))
  }

  /// The HTML with the footer at the end of its body.
  static func added(toHTML source: [UInt8]) -> Footed {
    let footer = [UInt8](
      """
      <p style="margin:24px 0 0;font:12px/1.5 sans-serif;color:#6b7280">\
      You get this message because your address is on our list. \
      <a href="{{ unsubscribe_url }}" style="color:#6b7280">Unsubscribe</a></p>\n
      """.utf8)
    guard let end = lastBodyEnd(in: source) else { return Footed(before: source, footer: footer) }
    return Footed(before: Array(source[..<end]), footer: footer, after: Array(source[end...]))
  }

  private static func lastBodyEnd(in source: [UInt8]) -> Int? {
    let tag = [UInt8]("</body".utf8)
    guard source.count >= tag.count else { return nil }
    return (0...(source.count - tag.count)).last { start in
      source[start] == tag[0]
        && zip(source[start...], tag).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
    }
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
  }
}
