import Liquid
import Testing

struct ErrorPlaceTests {
  @Test(arguments: [
    ("a\n  {{ x", "2:3: '{{' is never closed"),
    ("{% if x %}\n", "1:1: 'if' is never closed"),
    ("é{% nosuch %}", "1:2: there is no tag 'nosuch'"),
    ("{{ x | nosuch }}", "1:8: there is no filter 'nosuch'"),
    ("{{ x | upcase: 1 }}", "1:8: too many arguments for 'upcase'"),
    ("{{ x | append }}", "1:8: too few arguments for 'append'"),
    ("{{ x | append: y: 1 }}", "1:16: 'append' has no argument of this name"),
    ("{{ x y }}", "1:6: expected the end but found 'y'"),
    ("{{ 'x }}", "1:4: a quoted text is never closed"),
    ("{{ x ? y }}", "1:6: '?' has no meaning here"),
    ("{{ é }}", "1:4: 'é' has no meaning here"),
    ("\n\n{% endfor %}", "3:1: 'endfor' is not expected here"),
    ("{% for x of y %}", "1:10: expected 'in' but found 'of'"),
    ("{% for x in y limit 3 %}", "1:15: a ':' is missing"),
    ("{% assign = 1 %}", "1:11: 'assign' needs a variable name"),
    ("{% render 'x' %}", "1:11: there is no partial 'x'"),
    ("{% include 'bad' %}", "2:1: there is no tag 'oops' (in partial 'bad')"),
    ("{% liquid\n assign x = 1\n endif %}", "3:2: 'endif' is not expected here"),
    ("{% %}", "1:1: a tag begins with a name"),
    ("{% if x = 1 %}{% endif %}", "1:9: expected the end but found '='"),
  ]) func `a syntax error says where and what`(template: String, expected: String) {
    let options = ParseOptions(partials: ["bad": Array("\n{% oops %}".utf8)])
    do {
      _ = try Template(parsing: Array(template.utf8), options: options)
      Issue.record("accepted: \(template)")
    } catch {
      #expect(error.description == expected)
    }
  }

  @Test(arguments: [
    ("x\n {{ 1 | divided_by: 0 }}", "2:2: division by zero"),
    (
      "{% if true %}\n{% if 'a' > 1 %}{% endif %}{% endif %}",
      "2:1: a text and a number cannot be compared"
    ),
    ("{% include 'p' %}", "2:1: division by zero (in partial 'p')"),
    (
      "{% capture c %}{% ifchanged %}\n{{ 1 | modulo: 0 }}{% endifchanged %}{% endcapture %}",
      "2:1: division by zero"
    ),
    ("{% include x %}", "1:1: the name of a partial is not a text"),
    (
      "{% render 'q' %}",
      "1:1: 'include' is not possible inside a partial that 'render' brought in (in partial 'q')"
    ),
  ]) func `a failed rendering says where and leaves the output alone`(
    template: String, expected: String
  ) throws {
    let options = ParseOptions(partials: [
      "p": Array("\n{{ 1 | modulo: 0 }}".utf8), "q": Array("{% include 'p' %}".utf8),
    ])
    let template = try Template(parsing: Array(template.utf8), options: options)
    var output = Array("before".utf8)
    do {
      try template.render([], escaping: .html, into: &output)
      Issue.record("rendered")
    } catch {
      #expect(error.description == expected)
      #expect(error.cause == .data)
    }
    #expect(output == Array("before".utf8))
  }

  @Test func `a broken partial spoils only the templates that name it`() throws {
    let options = ParseOptions(partials: ["bad": Array("{% oops %}".utf8), "good": [0x67]])
    #expect(try render("{% include 'good' %}", options: options) == "g")
    #expect(try render("{% include x %}", #"{"x": "good"}"#, options: options) == "g")
    #expect(throws: RenderError.self) {
      try render("{% include x %}", #"{"x": "bad"}"#, options: options)
    }
  }
}
