import Octets
import Testing

struct SuggestionTests {
  @Test(arguments: [
    ("sned", "send"), ("SEND", "send"), ("snd", "send"), ("migrat", "migrate"),
    ("xyz", nil), ("", nil), ("s", nil),
  ])
  func `the nearest word is found`(word: String, wanted: String?) {
    #expect(Suggestion.nearest(to: word, in: ["send", "serve", "migrate"]) == wanted)
  }

  @Test func `a very long word is nobody's slip`() {
    #expect(Suggestion.nearest(to: String(repeating: "x", count: 1 << 20), in: ["send"]) == nil)
  }
}
