import Liquid
import Testing

struct JSONTests {
  @Test(arguments: [
    ("1", Value.integer(1)), ("-1.0", .decimal(-1)), ("1e2", .decimal(100)),
    ("99999999999999999999", .decimal(1e20)), (" null ", .null),
    ("[true,false]", .array([.bool(true), .bool(false)])),
    (#""\u00e9\ud83d\ude00\n\/\ud800""#, Value("é😀\n/\u{FFFD}")), ("{}", .object(Object())),
    ("[]", .array([])),
    (#"{"a": {"b": [1]}}"#, .object(Object(["a": .object(Object(["b": .array([.integer(1)])]))]))),
  ]) func `documents are read`(json: String, expected: Value) throws {
    #expect(try Value(json: Array(json.utf8)) == expected)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "\"", "\"\\x\"", "\"\\u12\"", "tru", "1 2", "-", "1.2.3",
    "\"\\ud800\\u0041\"", "\"\n\"", String(repeating: "[", count: 100_000),
  ])
  func `what is not JSON is refused`(json: String) {
    #expect(throws: JSONError.self) { try Value(json: Array(json.utf8)) }
  }

  @Test func `objects keep their order, however large`() throws {
    var object = Object()
    for number in 0..<50 { object[Array("k\(49 - number)".utf8)] = .integer(number) }
    object[Array("k20".utf8)] = .null
    #expect(
      object.entries.map { String(decoding: $0.key, as: UTF8.self) }
        == (0..<50).map { "k\(49 - $0)" })
    #expect(object[Array("k20".utf8)] == .null)
    #expect(object[Array("k0".utf8)] == .integer(49))
    #expect(object[Array("k50".utf8)] == nil)
  }
}
