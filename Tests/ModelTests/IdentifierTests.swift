import Model
import Octets
import TestSupport
import Testing

@Suite("Identifiers")
struct IdentifierTests {
  private static let kinds: [Identifier.Kind] = [.workspace, .campaign, .import, .sender]

  @Test(arguments: [0, 1, 999, 1_795_000_000_123, 0xFFFF_FFFF_FFFF] as [Int64])
  func `it has the layout of a UUID of version 7`(_ milliseconds: Int64) {
    var random = SeededRandom(seed: UInt64(milliseconds))
    for _ in 0..<100 {
      let id = Identifier(at: Timestamp(microseconds: milliseconds * 1_000 + 999), from: &random)
      let octets = id.octets
      #expect(octets.count == 16)
      #expect(octets[..<6].reduce(0) { $0 << 8 | Int64($1) } == milliseconds)
      #expect(octets[6] >> 4 == 7)
      #expect(octets[8] >> 6 == 0b10)
    }
  }

  @Test func `the rest is random in every bit`() {
    var random = SeededRandom(seed: 7)
    var ever = [UInt8](repeating: 0, count: 16)
    var always = [UInt8](repeating: 0xFF, count: 16)
    for _ in 0..<300 {
      let octets = Identifier(at: Timestamp(seconds: 0), from: &random).octets
      for index in 0..<16 {
        ever[index] |= octets[index]
        always[index] &= octets[index]
      }
    }
    let fixed: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0]
    for index in 0..<16 { #expect(~(ever[index] ^ always[index]) == fixed[index]) }
  }

  @Test func `later is greater, in octets and in text as well`() {
    var random = SeededRandom(seed: 1)
    var before = Identifier(at: Timestamp(microseconds: 0), from: &random)
    for step in 1...2_000 {
      let moment = Timestamp(microseconds: Int64(step) * 1_234_567_891)
      let id = Identifier(at: moment, from: &random)
      #expect(before < id)
      #expect(!(id < before))
      #expect(before.octets.lexicographicallyPrecedes(id.octets))
      #expect(before.text(.campaign) < id.text(.campaign))
      before = id
    }
  }

  @Test func `octets and text come back as they went`() throws {
    var random = SeededRandom(seed: 2)
    for _ in 0..<2_000 {
      // Any 16 octets: storage may hold identifiers of another make.
      let octets = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
      let id = try #require(Identifier(octets: octets))
      #expect(id.octets == octets)
      for kind in Self.kinds {
        let text = id.text(kind)
        #expect(text.utf8.count == 30)
        #expect(Identifier(text, kind) == id)
      }
    }
  }

  @Test func `the extremes have these texts`() throws {
    let least = try #require(Identifier(octets: [UInt8](repeating: 0, count: 16)))
    let most = try #require(Identifier(octets: [UInt8](repeating: 255, count: 16)))
    #expect(least.text(.campaign) == "cmp_00000000000000000000000000")
    #expect(most.text(.sender) == "snd_7zzzzzzzzzzzzzzzzzzzzzzzzz")
    #expect(Identifier("snd_7zzzzzzzzzzzzzzzzzzzzzzzzz", .sender) == most)
  }

  @Test func `text of one noun is not another's`() {
    let id = Identifier.new()
    for kind in Self.kinds {
      for other in Self.kinds where other != kind {
        #expect(Identifier(id.text(kind), other) == nil)
      }
    }
  }

  @Test(arguments: [
    "", "cmp", "cmp_", "cmp_0", "cmp_0000000000000000000000000", "cmp_000000000000000000000000000",
    // More than 128 bits.
    "cmp_80000000000000000000000000", "cmp_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    // Letters that the alphabet leaves out, capitals, blanks.
    "cmp_0000000000000000000000000i", "cmp_0000000000000000000000000l",
    "cmp_0000000000000000000000000o", "cmp_0000000000000000000000000u",
    "cmp_0000000000000000000000000A", "CMP_00000000000000000000000000",
    " cmp_00000000000000000000000000", "cmp_00000000000000000000000000 ",
    "cmp_0000000000000000000000000\n", "cmp_0000000000000000000000000\u{0}",
    "cmp-00000000000000000000000000", "cmp_000000000000000000000000é",
    "cmp_０００００００００", "cmp_' OR 1=1 --              ", "💌💌💌💌💌💌💌💌",
  ])
  func `hostile text is no identifier`(_ text: String) {
    #expect(Identifier(text, .campaign) == nil)
  }

  @Test func `mutated text is nil or another identifier, never a trap`() {
    var random = SeededRandom(seed: 3)
    let original = [UInt8](Identifier.new().text(.campaign).utf8)
    var read = 0
    for _ in 0..<20_000 {
      var octets = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<octets.count, using: &random)
        octets[index] = UInt8.random(in: 0...255, using: &random)
      }
      let text = String(decoding: octets, as: UTF8.self)
      guard let id = Identifier(text, .campaign) else { continue }
      read += 1
      #expect(id.text(.campaign) == text)
    }
    #expect(read > 0)
  }

  @Test(arguments: [0, 1, 15, 17, 32])
  func `any other number of octets is none`(_ count: Int) {
    #expect(Identifier(octets: [UInt8](repeating: 1, count: count)) == nil)
  }

  @Test func `new ones differ`() {
    #expect(Set((0..<5_000).map { _ in Identifier.new() }).count == 5_000)
  }
}
