import Foundation
import Model
import TestSupport
import Testing

@Suite("Field lists")
struct FieldListTests {
  private static func written(_ values: [[UInt8]]) -> [UInt8] {
    var json: [UInt8] = []
    FieldList.append(values.map { $0[...] }, to: &json)
    return json
  }

  private static let lists: [[String]] = [
    [], [""], ["", ""], ["Ada", "Lovelace"], ["\"", "\\", "\\\"", "\"\\"], ["\\u0041", "\\n", "u"],
    ["[\"a\",\"b\"]", "]", "[", ",", "\",\""], ["a\r\nb\tc\u{0}d", "\u{7F}\u{80}"],
    ["日本語", "e\u{301}", "👩‍👩‍👧‍👦", "\u{2028}"], [String(repeating: "\\", count: 999)],
  ]

  @Test(arguments: lists)
  func `what is written is read`(_ list: [String]) {
    let values = list.map { [UInt8]($0.utf8) }
    #expect(FieldList.values(Self.written(values)) == values)
  }

  @Test(arguments: lists)
  func `other readers of JSON read the same`(_ list: [String]) throws {
    let json = Self.written(list.map { [UInt8]($0.utf8) })
    let read = try JSONSerialization.jsonObject(with: Data(json)) as? [String]
    // Compared by octets: a composed letter is not a decomposed one.
    #expect(read?.map { [UInt8]($0.utf8) } == list.map { [UInt8]($0.utf8) })
  }

  @Test(arguments: UInt8.min...UInt8.max)
  func `every octet comes back, alone and among others`(_ octet: UInt8) {
    let values: [[UInt8]] = [[octet], [octet, octet], [0x61, octet, 0x62], [], [octet]]
    #expect(FieldList.values(Self.written(values)) == values)
  }

  @Test(arguments: UInt8(0)..<0x20)
  func `no control octet is written as it is`(_ octet: UInt8) {
    #expect(!Self.written([[octet]]).contains { $0 < 0x20 })
  }

  @Test func `it is appended to what is there`() {
    var json = [UInt8]("fields: ".utf8)
    FieldList.append([[UInt8]("a".utf8)[...]], to: &json)
    #expect(String(decoding: json, as: UTF8.self) == "fields: [\"a\"]")
  }

  @Test func `random octets come back`() {
    var random = SeededRandom(seed: 4)
    let favourites: [UInt8] = [0x22, 0x5C, 0x75, 0x30, 0x2C, 0x5B, 0x5D, 0x00, 0x1F, 0x0A]
    for _ in 0..<3_000 {
      let values = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
          Bool.random(using: &random)
            ? favourites[Int.random(in: 0..<favourites.count, using: &random)]
            : UInt8.random(in: 0...255, using: &random)
        }
      }
      #expect(FieldList.values(Self.written(values)) == values)
    }
  }

  @Test(arguments: [
    "", " ", "[", "]", "[[", "{}", "null", "\"a\"", "[\"a\"", "[\"a\",", "[\"a\",]", "[,\"a\"]",
    "[\"a\"\"b\"]", "[\"a\"]]", "[\"a\"] ", " [\"a\"]", "[ \"a\"]", "[\"a\" ]", "[\"a\", \"b\"]",
    "[1]", "[null]", "[true]", "[[\"a\"]]", "[]]", "[] ", "[\"", "[\"\\", "[\"\\\"", "[\"\\\"]",
    "[\"\\u", "[\"\\u0", "[\"\\u00", "[\"\\u000", "[\"\\u0000", "[\"\\u0000\"", "[\"\\u00g0\"]",
    "[\"\\u000G\"]", "[\"\\u001F\"]", "[\"\\u00\"]", "[\"\\u0\"]", "[\"\\u\"]", "[\"a\\\"]",
    "[\"a\"}", "[\"a\"\u{0}]",
  ])
  func `what is no such array is nil`(_ json: String) {
    #expect(FieldList.values([UInt8](json.utf8)) == nil)
  }

  @Test(arguments: [
    "[\"\\n\"]", "[\"\\t\"]", "[\"\\/\"]", "[\"\\x\"]", "[\"\\u1234\"]", "[\"\\uzz41\"]",
    "[\"\\u0041\"]", "[\"\\u00ff\"]", "[\"\n\"]",
  ])
  func `an escape that is never written is refused, not misread`(_ json: String) {
    do {
      #expect(FieldList.values([UInt8](json.utf8)) == nil)
    }
  }

  @Test func `every beginning of an array is nil`() {
    let json = Self.written([[0x61, 0x22, 0x5C, 0x00], [], [0x1F, 0xC3, 0xA9]])
    for count in 0..<json.count { #expect(FieldList.values(Array(json[..<count])) == nil) }
  }

  @Test func `mutated arrays are read or refused, never a trap`() {
    var random = SeededRandom(seed: 5)
    let original = Self.written([[0x61, 0x22, 0x5C], [0x00, 0x1F], [], [UInt8]("日本".utf8)])
    let signs: [UInt8] = [0x22, 0x5C, 0x75, 0x5B, 0x5D, 0x2C, 0x30, 0x66]
    var (read, refused) = (0, 0)
    for _ in 0..<50_000 {
      var json = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<json.count, using: &random)
        let sign = signs[Int.random(in: 0..<signs.count, using: &random)]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: json[index] = sign
        case 1: json.insert(sign, at: index)
        case 2: json.removeSubrange(index...)
        default: json.remove(at: index)
        }
        if json.isEmpty { json = [sign] }
      }
      guard let values = FieldList.values(json) else {
        refused += 1
        continue
      }
      read += 1
      // Whatever was read can be kept.
      #expect(FieldList.values(Self.written(values)) == values)
    }
    #expect(read > 100)
    #expect(refused > 100)
  }
}
