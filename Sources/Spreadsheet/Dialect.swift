/// How a CSV file is written, as its first octets show.
struct Dialect: Sendable {
  let encoding: TextEncoding
  let delimiter: Delimiter
  /// The octet where the first record starts, behind a byte order mark and a `sep=;` line.
  let offset: Int
  let line: Int
  /// The first octets from there as UTF-8, up to what is wrong with them.
  let sample: [UInt8]
  /// Whether the file ends where the sample does.
  let isWhole: Bool

  private static let headLength = 1 << 18

  /// Looks into the file, and leaves it where the first record starts.
  init(
    of source: inout ByteSource, options: CSVOptions
  ) throws(SpreadsheetError) {
    let head = try source.head(Self.headLength)
    isWhole = head.count < Self.headLength
    if let kind = FileSignature.recognise(head),
      kind != .utf16WithoutMark || options.encoding?.unit != 2
    {
      throw .notCSV(kind)
    }
    let detected = TextEncoding.detect(head)
    if let asked = options.encoding {
      encoding = asked
    } else {
      encoding = try Self.confirm(detected, head: head.count, in: source)
    }
    let mark = encoding == detected.encoding ? detected.mark : 0
    var sample: [UInt8] = []
    _ = Transcoder.append(head.dropFirst(mark), in: encoding, to: &sample)
    if let declaration = Delimiter.declaration(in: sample) {
      delimiter = options.delimiter ?? declaration.delimiter
      offset = mark + declaration.length * encoding.unit
      line = 2
      sample.removeFirst(declaration.length)
    } else {
      delimiter = options.delimiter ?? Delimiter.sniff(sample, isWhole: isWhole)
      offset = mark
      line = 1
    }
    self.sample = sample
    _ = try source.move(to: offset)
  }

  /// Looks further where the first octets were ASCII alone.
  private static func confirm(
    _ detected: TextEncoding.Detection, head: Int, in source: borrowing ByteSource
  ) throws(SpreadsheetError) -> TextEncoding {
    guard detected.isOpen else { return detected.encoding }
    // Back over a sequence that the end of the head may have cut off.
    return try source.staysUTF8(from: max(0, head - 3)) ? .utf8 : .windows1252
  }
}
