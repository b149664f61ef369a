import Liquid
import Testing

struct LimitTests {
  private static let mebibyte =
    "{% assign a = 'xxxxxxxx' %}{% for i in (1..17) %}{% assign a = a | append: a %}{% endfor %}"

  @Test(arguments: [
    "{% for i in (1..1000000000) %}{% for j in (1..1000000000) %}x{% endfor %}{% endfor %}",
    "{% for i in (-9223372036854775808..9223372036854775807) %}x{% endfor %}",
    "{% for i in (1..3000) %}{% for j in (1..3000) %}{% endfor %}{% endfor %}",
    "{{ (1..1000000000) | join: ',' }}",
    "{% tablerow i in (1..1000000000) %}{% endtablerow %}",
    "{% for i in (1..900) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | append: i }}{{ x }}{% endfor %}",
    "{% assign a = 'xxxxxxxx' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}",
    "{% assign a = 'xx' %}{% for i in (1..100) %}{% assign a = a | replace: 'x', a %}{% endfor %}",
    "{% assign a = 'a,b' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}",
    "{% include 'self' %}", "{% render 'self' %}", "{% include 'ping' %}",
    mebibyte + "{% for i in (1..200) %}{% if a contains 'yy' %}{% endif %}{% endfor %}",
    mebibyte + "{% for i in (1..200) %}{{ a.size }}{% endfor %}",
    mebibyte + "{% for i in (1..200) %}{% assign b = a | plus: 1 %}{% endfor %}",
    mebibyte + "{% for i in (1..200) %}{% cycle a: 1, 2 %}{% endfor %}",
    mebibyte + "{% for i in (1..200) %}{{ [a] }}{{ x[a] }}{% endfor %}",
    mebibyte + "{% for i in (1..200) %}{% assign b = a | split: '' %}{% endfor %}",
    "{% for i in (1..9000) %}{% assign b = 0 | date: '%64Y%64Y%64Y%64Y%64Y%64Y' %}{% endfor %}",
  ]) func `a greedy template ends with an error`(template: String) {
    let options = ParseOptions(partials: [
      "self": Array("{% include 'self' %}{% render 'self' %}".utf8),
      "ping": Array("{% include 'pong' %}".utf8), "pong": Array("{% include 'ping' %}".utf8),
    ])
    // A tenth of the standard, as the tests run unoptimised.
    let limits = RenderLimits(steps: 100_000, outputBytes: 20_000, workBytes: 3 << 20, depth: 100)
    do {
      _ = try render(template, #"{"x": {"y": 1}}"#, options: options, limits: limits)
      Issue.record("rendered")
    } catch {
      let isLimit = (error as? RenderError)?.cause == .limit
      // Isolated partials may not include, which ends that chain sooner.
      #expect(isLimit || template == "{% render 'self' %}")
    }
  }

  @Test func `what is within the limits renders`() throws {
    let limits = RenderLimits(steps: 8, outputBytes: 3, workBytes: 0, depth: 2)
    #expect(try render("{% for i in (1..3) %}{{ i }}{% endfor %}", limits: limits) == "123")
    #expect(throws: RenderError.self) {
      try render("{% for i in (1..3) %}{{ i }}{% endfor %}.", limits: limits)
    }
  }

  @Test(arguments: [
    (String(repeating: "{% if x %}", count: 101), String(repeating: "{% endif %}", count: 101)),
    ("{{ " + String(repeating: "a[", count: 50_000), String(repeating: "]", count: 50_000) + " }}"),
    ("{{ " + String(repeating: "(", count: 50_000), " }}"),
    ("{% " + String(repeating: "liquid ", count: 50_000), "%}"),
  ]) func `nesting too deep is refused when parsed`(opening: String, closing: String) {
    #expect(throws: TemplateError.self) { try render(opening + closing) }
  }

  @Test func `a hundred levels are possible`() throws {
    let template =
      String(repeating: "{% if x %}", count: 99) + "y" + String(repeating: "{% endif %}", count: 99)
    #expect(try render(template, #"{"x": 1}"#) == "y")
  }

  @Test func `data too deep to print ends with an error`() throws {
    var value = Value.string([0x78])
    for _ in 0..<1_000 { value = .array([value]) }
    for filter in ["", "| join", "| sort", "| uniq"] {
      let template = try Template(parsing: Array("{{ x \(filter) }}".utf8))
      var object = Object()
      object[[0x78]] = value
      let data = Value.object(object)
      #expect(throws: RenderError.self) { try template.render(data, escaping: .html) }
    }
  }
}
