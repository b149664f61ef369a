import App
import Testing

struct DotEnvTests {
  @Test(arguments: [
    ("A=1", ["A": "1"]),
    ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
    ("  A = some words \n", ["A": "some words"]),
    ("# comment\n\n  # more\nA=1 # behind\nB=x#y\nC=#z", ["A": "1", "B": "x#y", "C": ""]),
    (
      "export A=1\nexport\tB=2\nexported=3\nexport=4",
      ["A": "1", "B": "2", "exported": "3", "export": "4"]
    ),
    ("A='x # \\n \"y\" '  # c", ["A": "x # \\n \"y\" "]),
    ("A=\"x # \\n\\t\\\"\\\\\\$\\q'\"#c", ["A": "x # \n\t\"\\$\\q'"]),
    ("A=", ["A": ""]),
    ("A=''", ["A": ""]),
    ("A=x=y", ["A": "x=y"]),
    ("A=$HOME", ["A": "$HOME"]),
    ("A=it's", ["A": "it's"]),
    ("\u{FEFF}A=ü", ["A": "ü"]),
    ("A=1\nA=2", ["A": "2"]),
    ("", [:]),
  ])
  func `settings are read`(text: String, values: [String: String]) throws {
    let file = try DotEnv(Array(text.utf8))
    let read = Dictionary(file.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    #expect(read == values)
  }

  @Test func `an entry knows its line`() throws {
    let file = try DotEnv(Array("\n# x\nA=1\n\nB=2".utf8))
    #expect(file.entries.map(\.line) == [3, 5])
  }

  @Test(arguments: [
    ("A=1\nB", 2, "there is no '='. Write NAME=value."),
    ("A-B=1", 1, "the name before '=' is not made of letters, digits and _."),
    ("1A=1", 1, "the name before '=' is not made of letters, digits and _."),
    ("=1", 1, "the name before '=' is not made of letters, digits and _."),
    ("\n\nA=\"x", 3, "the quote is never closed."),
    ("A=\"x\\", 1, "the quote is never closed."),
    ("A='x' y", 1, "there is text behind the closing quote."),
    ("A=x\0y", 1, "it is not UTF-8 text."),
  ])
  func `a bad line is named`(text: String, line: Int, reason: String) {
    let error = #expect(throws: ConfigurationError.self) { _ = try DotEnv(Array(text.utf8)) }
    #expect(error == .badLine(line, reason: reason))
    #expect(error?.description == "Line \(line) of .env: \(reason)")
  }

  @Test func `what is not UTF-8 is refused, comments aside`() throws {
    #expect(try DotEnv([0x23, 0xFF, 0x0A]).entries.isEmpty)
    #expect(throws: ConfigurationError.badLine(1, reason: "it is not UTF-8 text.")) {
      _ = try DotEnv([0x41, 0x3D, 0xFF])
    }
  }
}
