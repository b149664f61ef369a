import Octets

/// The text part of a message that was written in HTML only.
///
/// Works on the template, once per campaign: `{{ … }}` and `{% … %}` pass through untouched, so
/// that the text is rendered with the same values.
enum PlainText {
  static func made(from html: [UInt8]) -> [UInt8] {
    var maker = Maker(html)
    maker.run()
    return maker.text()
  }

  private struct Maker {
    private let html: [UInt8]
    private var at = 0
    private var output: [UInt8] = []
    /// White space that is written only when something follows.
    private var pendingSpace = false
    private var pendingBreaks = 0
    private var links: [[UInt8]] = []

    init(_ html: [UInt8]) { self.html = html }

    mutating func run() {
      while at < html.count {
        if starts("{{") || starts("{%") {
          copyTemplateTag()
        } else if starts("<!--") {
          skip(past: "-->")
        } else if html[at] == UInt8(ascii: "<"), isTagStart {
          takeTag()
        } else if html[at].isASCIIWhitespace {
          pendingSpace = true
          at += 1
        } else if html[at] == UInt8(ascii: "&") {
          takeEntity()
        } else {
          put([html[at]])
          at += 1
        }
      }
    }

    func text() -> [UInt8] {
      [UInt8](output.trimmingASCIIWhitespace) + [ASCII.lineFeed]
    }

    private func starts(_ text: StaticString) -> Bool {
      let end = at + text.utf8CodeUnitCount
      return end <= html.count && html[at..<end].equalsIgnoringASCIICase(text)
    }

    private var isTagStart: Bool {
      guard at + 1 < html.count else { return false }
      let next = html[at + 1]
      return next.isASCIILetter || next == UInt8(ascii: "/") || next == UInt8(ascii: "!")
        || next == UInt8(ascii: "?")
    }

    private mutating func skip(past mark: StaticString) {
      while at < html.count, !starts(mark) { at += 1 }
      at = min(html.count, at + mark.utf8CodeUnitCount)
    }

    private mutating func copyTemplateTag() {
      let start = at
      let isOutput = html[at + 1] == UInt8(ascii: "{")
      skip(past: isOutput ? "}}" : "%}")
      if isOutput {
        put(html[start..<at])
      } else {
        flushSpace()
        output += html[start..<at]
      }
    }

    private mutating func put(_ octets: some Sequence<UInt8>) {
      flushSpace()
      output += octets
    }

    private mutating func flushSpace() {
      if pendingBreaks > 0, !output.isEmpty {
        output += repeatElement(ASCII.lineFeed, count: min(2, pendingBreaks))
      } else if pendingSpace, let last = output.last, last != ASCII.lineFeed {
        output.append(ASCII.space)
      }
      pendingBreaks = 0
      pendingSpace = false
    }

    // MARK: Tags

    private mutating func takeTag() {
      let start = at
      var quote: UInt8?
      at += 1
      while at < html.count {
        let octet = html[at]
        if starts("{{") || starts("{%") {
          skip(past: html[at + 1] == UInt8(ascii: "{") ? "}}" : "%}")
          continue
        }
        if let open = quote {
          if octet == open { quote = nil }
        } else if octet == ASCII.quote || octet == UInt8(ascii: "'") {
          quote = octet
        } else if octet == UInt8(ascii: ">") {
          break
        }
        at += 1
      }
      let tag = html[(start + 1)..<min(at, html.count)]
      at = min(html.count, at + 1)
      apply(tag)
    }

    private mutating func apply(_ tag: ArraySlice<UInt8>) {
      let isEnd = tag.first == UInt8(ascii: "/")
      let name = tag.dropFirst(isEnd ? 1 : 0).prefix { $0.isASCIILetter || $0.isASCIIDigit }
      switch String(decoding: name.lowercasedASCII, as: UTF8.self) {
      case "style", "script", "title":
        if !isEnd { skipContent(of: name.lowercasedASCII) }
      case "br": pendingBreaks += 1
      case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "hr":
        pendingBreaks = 2
      case "div", "tr", "li", "section", "header", "footer", "article":
        pendingBreaks = max(1, pendingBreaks)
        if !isEnd, name.equalsIgnoringASCIICase("li") { put([UInt8]("- ".utf8)) }
      case "td", "th": if !isEnd { pendingSpace = true }
      case "img": if let alt = attribute("alt", of: tag), !alt.isEmpty { put(alt) }
      case "a": isEnd ? closeLink() : links.append(attribute("href", of: tag) ?? [])
      default: break
      }
    }

    private mutating func closeLink() {
      guard let target = links.popLast(), !target.isEmpty, target.first != UInt8(ascii: "#") else {
        return
      }
      guard !output.suffix(target.count).elementsEqual(target) else { return }
      put([UInt8](" (".utf8) + decoded(target) + [UInt8](")".utf8))
    }

    /// Passes over everything up to the end tag of `name`, or to the end of the file.
    private mutating func skipContent(of name: [UInt8]) {
      let mark = [UInt8]("</".utf8) + name
      while at < html.count {
        let end = at + mark.count
        if html[at] == mark[0], end <= html.count, html[at..<end].lowercasedASCII == mark,
          end == html.count || !(html[end].isASCIILetter || html[end].isASCIIDigit)
        {
          skip(past: ">")
          return
        }
        at += 1
      }
    }

    private func attribute(_ name: StaticString, of tag: ArraySlice<UInt8>) -> [UInt8]? {
      var rest = tag
      while let equals = rest.firstIndex(of: ASCII.equals) {
        let key = rest[..<equals].trimmingASCIIWhitespace.split(whereSeparator: \.isASCIIWhitespace)
        let isWanted = key.last?.equalsIgnoringASCIICase(name) ?? false
        var value = rest[(equals + 1)...].drop(while: \.isASCIIWhitespace)
        if let quote = value.first, quote == ASCII.quote || quote == UInt8(ascii: "'") {
          value = value.dropFirst()
          let end = value.firstIndex(of: quote) ?? value.endIndex
          if isWanted { return [UInt8](value[..<end]) }
          rest = value[end...].dropFirst()
        } else {
          let end = value.firstIndex(where: \.isASCIIWhitespace) ?? value.endIndex
          if isWanted { return [UInt8](value[..<end]) }
          rest = value[end...]
        }
      }
      return nil
    }

    // MARK: Entities

    private mutating func takeEntity() {
      guard let (octets, length) = entity(html[at...]) else {
        put([html[at]])
        at += 1
        return
      }
      put(octets)
      at += length
    }

    private func decoded(_ text: [UInt8]) -> [UInt8] {
      var result: [UInt8] = []
      var rest = text[...]
      while let first = rest.first {
        if first == UInt8(ascii: "&"), let (octets, length) = entity(rest) {
          result += octets
          rest = rest.dropFirst(length)
        } else {
          result.append(first)
          rest = rest.dropFirst()
        }
      }
      return result
    }

    private static let named: [String: String] = [
      "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©",
      "reg": "®", "trade": "™", "hellip": "…", "ndash": "–", "mdash": "—", "euro": "€",
      "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»",
      "bull": "•", "middot": "·", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä",
      "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "agrave": "à",
      "ccedil": "ç", "zwnj": "", "shy": "",
    ]

    private func entity(_ text: ArraySlice<UInt8>) -> (octets: [UInt8], length: Int)? {
      guard let end = text.prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
      let name = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
      let length = end - text.startIndex + 1
      if let value = Self.named[name] { return ([UInt8](value.utf8), length) }
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let number =
        digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      guard let number, let scalar = UnicodeScalar(number), number >= 0x20 else { return nil }
      // A brace that was written as an entity was to be seen, not to begin a template tag.
      if scalar == "{" { return ([UInt8]("{{ '{' }}".utf8), length) }
      return ([UInt8](String(Character(scalar)).utf8), length)
    }
  }
}
