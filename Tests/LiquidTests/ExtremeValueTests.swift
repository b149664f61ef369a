import Liquid
import Testing

/// Every filter, comparison and loop with values that no sane caller hands over; any trap would
/// end the test run, so it is enough that each rendering ends and leaves the output whole.
struct ExtremeValueTests {
  private static let values: [Value] = [
    .null, .bool(false), .integer(0), .integer(.min), .integer(.max), .integer(-1), .integer(3),
    .decimal(1e308), .decimal(-0.0), .decimal(.nan), .decimal(-.infinity), .decimal(0.1),
    .decimal(.leastNonzeroMagnitude), .decimal(9.3e18), .string([]), Value("abc"), Value(" żó "),
    Value("-3"),
    Value("9223372036854775808"), Value("99999999999999999999.5"), Value("%9z%_-99Q%"),
    .string([0xFF, 0xC3]), .string([0x80, 0x80]), .markup([0x3C]), .array([]),
    .array([.null, .integer(1), .array([.array([Value("b")])]), .object(Object(["a": .null]))]),
    .array([.object(Object(["abc": .integer(1)])), .object(Object(["abc": .decimal(.nan)]))]),
    .object(Object()), .object(Object(["size": .integer(.min), "abc": Value("x")])),
    .range(.min, .max), .range(.max, .min), .range(.max, .max), .range(0, 5), .empty, .blank,
    .loop(0), .loop(.max), .loop(-1),
  ]

  private static let filters = [
    "abs", "append", "at_least", "at_most", "base64_decode", "base64_encode",
    "base64_url_safe_decode", "base64_url_safe_encode", "capitalize", "ceil", "compact", "concat",
    "date", "default", "divided_by", "downcase", "escape", "escape_once", "find", "find_index",
    "first", "floor", "h", "has", "join", "last", "lstrip", "map", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "raw", "reject", "remove", "remove_first", "remove_last",
    "replace", "replace_first", "replace_last", "reverse", "round", "rstrip", "size", "slice",
    "sort", "sort_natural", "split", "strip", "strip_html", "strip_newlines", "sum", "times",
    "truncate", "truncatewords", "uniq", "upcase", "url_decode", "url_encode", "where",
  ]

  private let limits = RenderLimits(steps: 500, outputBytes: 2_000, workBytes: 5_000, depth: 20)

  /// Renders with every combination of values.
  ///
  /// - Returns: How many renderings came to an end without an error.
  private func renderings(_ template: Template) -> Int {
    var finished = 0
    var slots: [Value] = []
    func fill() {
      guard slots.count == template.paths.count else {
        for value in Self.values {
          slots.append(value)
          fill()
          slots.removeLast()
        }
        return
      }
      var output: [UInt8] = [0x3E]
      let result: ()? = try? template.render(
        slots, escaping: .html, limits: limits, into: &output)
      #expect(output.first == 0x3E && (result != nil || output.count == 1))
      if result != nil { finished += 1 }
    }
    fill()
    return finished
  }

  @Test(arguments: filters)
  func `filters bear all values`(filter: String) {
    var finished = 0
    for arguments in ["", ": a", ": 'abc', a", ": a, 2"] {
      guard let template = try? Template(parsing: Array("{{ x | \(filter)\(arguments) }}".utf8))
      else { continue }
      finished += renderings(template)
    }
    #expect(finished > 0)
  }

  @Test(arguments: ["==", "!=", "<", "<=", ">", ">=", "contains"])
  func `comparisons bear all values`(relation: String) throws {
    let template = try Template(
      parsing: Array(
        "{% if x \(relation) y %}1{% endif %}{% case x %}{% when y %}{% endcase %}".utf8))
    #expect(renderings(template) > 0)
  }

  @Test(arguments: [
    "{% for i in x limit: y %}{{ i }}{{ forloop.rindex }}{% endfor %}",
    "{% for i in x reversed offset: y %}{{ i }}{% endfor %}{% for i in x offset: continue %}{% endfor %}",
    "{% for i in (0..9) limit: x offset: y %}{{ i }}{% endfor %}",
    "{% for i in (x..y) %}{{ i }}{% endfor %}", "{{ (x..y) | size }}{{ (x..y) | first }}",
    "{% tablerow i in x cols: y %}{{ i }}{{ tablerowloop.row }}{% endtablerow %}",
    "{% tablerow i in (1..3) limit: x offset: y %}{{ tablerowloop.col_last }}{% endtablerow %}",
    "{{ x[y] }}{{ x.size }}{{ x.first }}{{ x.last }}{{ [x] }}{{ x.index }}",
    "{% cycle x: y, 2 %}{% cycle x: 1, y %}{% ifchanged %}{{ x }}{{ y }}{% endifchanged %}",
    "{% assign z = x %}{% capture w %}{{ z }}{{ y }}{% endcapture %}{{ w | append: z }}",
  ])
  func `tags bear all values`(template: String) throws {
    #expect(renderings(try Template(parsing: Array(template.utf8))) > 0)
  }
}
