import Spreadsheet
import Testing

/// A generator whose numbers follow from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

struct MutationTests {
  private static let seeds: [[UInt8]] = [
    Array("email,name,note\na@x.de,\"Ada \"\"A\"\"\",\"x\ny\"\r\nb@x.de,Bo,\n\nc,\"d\"e,f".utf8),
    [0xEF, 0xBB, 0xBF] + Array("sep=;\nemail;Größe\nä@ö.de;😀\r;;;\n".utf8),
    Encoded.utf16("email\tname\n😀\t\"é\n\"\r\nx\ty\n"),
    Encoded.utf16("email|name\n😀|\"é\n\"\r\nx|y\n", isBig: true),
    Encoded.latin1("email,näme\nü,\"ö\"\"\"\n"),
  ]
  private static let spice: [UInt8] = [
    0x00, 0x22, 0x22, 0x2C, 0x3B, 0x0A, 0x0D, 0x09, 0x7C, 0x80, 0xC3, 0xE2, 0xF0, 0xFF, 0xD8, 0xDC,
  ]

  @Test(arguments: 0..<40)
  func `broken files end in rows or an error, whatever the chunks`(round: Int) {
    var random = Seeded(state: UInt64(round) + 20_261_120)
    for _ in 0..<50 {
      var bytes = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)]
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(Self.spice.randomElement(using: &random) ?? 0, at: at)
        case 1 where at < bytes.count: bytes.remove(at: at)
        case 2 where at < bytes.count: bytes[at] = .random(in: 0...255, using: &random)
        case 3: bytes.insert(contentsOf: bytes.prefix(at).suffix(20), at: at)
        default: bytes.removeSubrange(at...)
        }
      }
      let limit = Int.random(in: 1...60, using: &random)
      let whole = Reading(bytes, limit: limit)
      let chunk = Int.random(in: 1...9, using: &random)
      #expect(Reading(bytes, chunk: chunk, limit: limit) == whole, "round \(round): \(bytes)")
      guard let index = whole.ends.indices.randomElement(using: &random) else { continue }
      let rest = Reading(
        bytes, chunk: chunk, limit: limit, resumingAt: (whole.ends[index], whole.nextLines[index]))
      #expect(rest.rows == Array(whole.rows[(index + 1)...]), "round \(round): \(bytes)")
      #expect(rest.error == whole.error, "round \(round): \(bytes)")
    }
  }
}
