import Foundation
import HTTP
import TestSupport
import Testing

@Suite struct MultipartReaderTests {
  /// A part as it came out, its data joined.
  private struct Found: Equatable {
    let name: String
    let fileName: String?
    let contentType: String?
    var data: [UInt8]
  }

  private static func split(
    _ body: [UInt8], boundary: String, pieces: Int
  ) throws -> [Found] {
    var reader = try MultipartReader(boundary: boundary)
    var found: [Found] = []
    for start in stride(from: 0, to: body.count, by: pieces) {
      for event in try reader.feed(Array(body[start..<min(start + pieces, body.count)])) {
        switch event {
        case .part(let part):
          found.append(
            Found(
              name: part.name, fileName: part.fileName, contentType: part.contentType, data: []))
        case .data(let octets): found[found.count - 1].data += octets
        case .endOfPart: break
        }
      }
    }
    try reader.finish()
    return found
  }

  private func split(_ body: String, pieces: Int = 1_000) throws -> [Found] {
    try Self.split(Array(body.utf8), boundary: "b", pieces: pieces)
  }

  private static let folder = "multipart/tests/test_data/http"

  /// The names of the corpus, without their endings.
  static let corpus: [String] = {
    let path = (Corpora.folder ?? "") + "/" + folder
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return files.filter { $0.hasSuffix(".http") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test(.enabled(if: Corpora.folder != nil, "no corpora beside the checkout"), arguments: corpus)
  func `the corpus splits as expected, whatever the pieces`(name: String) throws {
    let body = try #require(Corpora.bytes("\(Self.folder)/\(name).http"))
    let notes = String(
      decoding: try #require(Corpora.bytes("\(Self.folder)/\(name).yaml")), as: UTF8.self)
    let expected = try Expectation(notes)
    // The one file whose body has another boundary than its note says.
    let boundary = name == "single_field_blocks" ? "boundary" : expected.boundary
    for pieces in [1, 2, 3, 7, 64, 100_000] {
      guard let parts = expected.parts else {
        #expect(throws: MultipartError.self) {
          try Self.split(body, boundary: boundary, pieces: pieces)
        }
        continue
      }
      let found = try Self.split(body, boundary: boundary, pieces: pieces)
      #expect(found.map(\.name) == parts.map(\.name))
      #expect(found.map(\.fileName) == parts.map(\.fileName))
      // RFC 7578 §4.7 has done away with transfer encodings, which we therefore do not undo.
      if String(decoding: body, as: UTF8.self).lowercased().contains("transfer-encoding") {
        continue
      }
      #expect(found.map(\.data) == parts.map(\.data))
    }
  }

  @Test(
    arguments: [
      ("form-data; name=a", "a", nil),
      ("form-data; name=\"a b\"; filename=\"C:\\dir\\x.csv\"", "a b", "x.csv"),
      ("form-data; filename=\"../../etc/passwd\"; name=a", "a", "passwd"),
      ("form-data; name=a; filename=\"a%22b.csv\"", "a", "a\"b.csv"),
      ("form-data; name=a; filename=\"a\\\"b.csv\"", "a", "a\"b.csv"),
      ("form-data; name=a; filename=\"\"", "a", ""),
      ("FORM-DATA ; NAME = \"a;b\" ; x", "a;b", nil),
    ] as [(String, String, String?)])
  func `a part is named`(disposition: String, name: String, fileName: String?) throws {
    let found = try split("--b\r\nContent-Disposition: \(disposition)\r\n\r\nx\r\n--b--\r\n")
    #expect(found.map(\.name) == [name])
    #expect(found.map(\.fileName) == [fileName])
  }

  @Test(arguments: [
    ("", MultipartError.truncated),
    ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", .truncated),
    ("junk\r\n--b--", .noFirstBoundary),
    ("--b\r\n\r\nx\r\n--b--", .badHeader),
    ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", .badHeader),
    ("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", .badHeader),
    ("--b\nContent-Disposition: form-data; name=a\n\nx\n--b--", .noFirstBoundary),
    ("--b\r\nX: " + String(repeating: "a", count: 10_000), .headerTooLarge),
    (
      String(
        repeating: "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: 1_001),
      .tooManyParts
    ),
  ])
  func `a broken body is refused`(body: String, error: MultipartError) {
    for pieces in [1, 5, 100_000] {
      #expect(throws: error) { try split(body, pieces: pieces) }
    }
  }

  @Test(arguments: ["", String(repeating: "x", count: 71)])
  func `a boundary has 1 to 70 characters`(boundary: String) {
    #expect(throws: MultipartError.badBoundary) { try MultipartReader(boundary: boundary) }
  }

  @Test func `mutations of a body never trap and do not depend on the pieces`() throws {
    let body = Array(
      ("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\n\r\n--b\r\r\n--bx\r\n"
        + "--b\r\nContent-Disposition: form-data; name=c\r\n\r\nvalue\r\n--b--\r\n").utf8)
    let interesting: [UInt8] = [13, 10, 45, 98, 34, 37, 59, 61, 0, 255]
    for seed in 0..<400 {
      var random = SplitMix(state: UInt64(seed))
      var changed = body
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<changed.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: changed[at] = interesting.randomElement(using: &random) ?? 0
        case 1: changed.remove(at: at)
        default: changed.insert(interesting.randomElement(using: &random) ?? 0, at: at)
        }
      }
      let whole = Result { try Self.split(changed, boundary: "b", pieces: 10_000) }
      let bytes = Result { try Self.split(changed, boundary: "b", pieces: 1) }
      #expect((try? whole.get()) == (try? bytes.get()), "seed \(seed)")
    }
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  /// What a note of the corpus expects; it uses only this little of YAML.
  private struct Expectation {
    var boundary = ""
    /// `nil` when the body is to be refused.
    var parts: [Found]? = []

    init(_ notes: String) throws {
      var names: [(name: String, fileName: String?, data: String)] = []
      var isData = false
      for line in notes.split(separator: "\n") {
        let text = line.trimmingCharacters(in: .whitespaces)
        let value = text.split(separator: ":", maxSplits: 1).dropFirst().first
          .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " '\"")) }
        if text.hasPrefix("boundary:") {
          boundary = value ?? ""
        } else if text.hasPrefix("error:") {
          parts = nil
        } else if text.hasPrefix("- name:") {
          names.append((value ?? "", nil, ""))
          isData = false
        } else if text.hasPrefix("file_name:") {
          names[names.count - 1].fileName = value
        } else if text.hasPrefix("data:") {
          isData = true
        } else if isData {
          names[names.count - 1].data += text
        }
      }
      guard parts != nil else { return }
      parts = try names.map { part in
        let data = try #require(Data(base64Encoded: part.data))
        return Found(
          name: part.name, fileName: part.fileName, contentType: nil, data: [UInt8](data))
      }
    }
  }
}
