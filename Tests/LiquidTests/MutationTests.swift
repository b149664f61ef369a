import Liquid
import TestSupport
import Testing

@Suite(.enabled(if: Corpora.folder != nil, "the corpora are not beside the checkout"))
struct MutationTests {
  /// SplitMix64.
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return bits ^ bits >> 31
    }
  }

  private static let spice =
    [
      "{{", "}}", "{%", "%}", "-%}", "{%-", "|", ":", ",", "'", "\"", "..", "(", ")", "[", "]", ".",
      "-", "9223372036854775807", "-9223372036854775808", "1e9", "0.0", "\n", "\0", "é", "\u{FFFD}",
      "endfor", "else", "for i in (1..99999999)", "blank", "empty", "nil", "forloop", "contains",
      "| slice: -1, 99", "| date: '%99s'", "| split: ''", "| round: -99", "{x}", " ", "#",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x80]]

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `no mutation of golden templates brings the engine down`(seed: UInt64) {
    // A trap ends the process before the test can be reported.
    print("mutating golden templates with seed \(seed)")
    var random = Random(state: seed)
    let cases = GoldenCase.all
    let limits = RenderLimits(steps: 5_000, outputBytes: 20_000, workBytes: 100_000, depth: 30)
    var accepted = 0
    for golden in cases {
      var text = golden.template
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&text, cases, &random) }
      let options = ParseOptions(singleBraceNames: ["x"], partials: golden.partials)
      guard let template = try? Template(parsing: text, options: options) else { continue }
      accepted += 1
      var output = Array("before".utf8)
      var missing = MissingNames()
      let slots = template.slots(from: golden.data)
      let isRendered =
        (try? template.render(
          slots, globals: golden.data, escaping: .html, limits: limits, missing: &missing,
          into: &output)) != nil
      #expect(isRendered || output.count == 6, "seed \(seed): \(golden.name)")
      #expect(
        output.starts(with: Array("before".utf8)) && output.count <= 40_000,
        "seed \(seed): \(golden.name)")
      #expect(missing.slots.allSatisfy { $0 < template.paths.count }, "seed \(seed)")
    }
    #expect(accepted > 100, "seed \(seed)")
  }

  private func mutate(_ text: inout [UInt8], _ cases: [GoldenCase], _ random: inout Random) {
    let at = Int.random(in: 0...text.count, using: &random)
    let end = min(text.count, at + Int.random(in: 0...6, using: &random))
    switch Int.random(in: 0..<5, using: &random) {
    case 0: text.removeSubrange(at..<end)
    case 1:
      text.insert(contentsOf: text[at..<end], at: Int.random(in: 0...text.count, using: &random))
    case 2: text.insert(contentsOf: cases.randomElement(using: &random)?.template ?? [], at: at)
    case 3 where at < text.count: text[at] = UInt8.random(in: 0...255, using: &random)
    default: text.replaceSubrange(at..<end, with: Self.spice.randomElement(using: &random) ?? [])
    }
  }
}
