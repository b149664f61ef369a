import Liquid
import Testing

struct SlotTests {
  private func paths(_ template: String) throws -> [[String]] {
    try Template(parsing: Array(template.utf8)).paths
  }

  @Test(arguments: [
    (
      "{{ first_name }} {{ contact.city }} {{ first_name }}",
      [["first_name"], ["contact", "city"]]
    ),
    ("{{ contact['zip code'].x }}", [["contact", "zip code", "x"]]),
    ("{{ orders[0].total }}{{ orders.size }}", [["orders"]]),
    ("{% if a == b.c %}{% endif %}", [["a"], ["b", "c"]]),
    ("{{ rows[key.name] }}", [["rows"], ["key", "name"]]),
    ("{{ 'x' | append: y }}", [["y"]]),
    ("{{ nil }}{{ true }}{{ 'a' }}{{ (1..3) }}", []),
  ]) func `each global path is a slot, once`(template: String, expected: [[String]]) throws {
    var found = try paths(template)
    // An index is an expression and is met before the variable it belongs to.
    found.sort { $0.joined() < $1.joined() }
    #expect(found == expected.sorted { $0.joined() < $1.joined() })
  }

  @Test(arguments: [
    "{% for x in (1..2) %}{{ x.y }}{{ forloop.index }}{% endfor %}",
    "{% tablerow x in (1..2) %}{{ x }}{{ tablerowloop.col }}{% endtablerow %}",
    "{% assign x = 1 %}{{ x }}{% capture y %}{% endcapture %}{{ y }}",
  ]) func `a variable of the template's own needs no slot`(template: String) throws {
    #expect(try paths(template).isEmpty)
  }

  @Test func `a name that is assigned at times keeps its slot and says so`() throws {
    let template = try Template(
      parsing: Array("{% if a %}{% assign b = 1 %}{% endif %}{{ b }}{{ c }}".utf8))
    #expect(template.paths == [["a"], ["b"], ["c"]])
    #expect((0..<3).map { template.mayBeLocal(slot: $0) } == [false, true, false])
  }

  @Test func `slots and the object they come from render alike`() throws {
    let template = try Template(
      parsing: Array("{{ a }}-{{ b.c }}-{{ b | size }}{% if d %}{% else %}no{% endif %}".utf8))
    let data = try Value(json: Array(#"{"a": "A & B", "b": {"c": 1.5}}"#.utf8))
    var output = Array("before ".utf8)
    try template.render(template.slots(from: data), escaping: .html, into: &output)
    #expect(String(decoding: output, as: UTF8.self) == "before A &amp; B-1.5-1no")
    #expect(try template.render(data, escaping: .html) == Array(output.dropFirst(7)))
  }

  @Test func `too few slots are missing ones`() throws {
    let template = try Template(parsing: Array("{{ a }}{{ b.c }}.".utf8))
    var output: [UInt8] = []
    try template.render([], escaping: .none, into: &output)
    #expect(output == Array(".".utf8))
  }

  @Test(arguments: [
    ("{{ a }}{{ b }}{{ c }}", ["a", "c"]),
    ("{{ a | upcase }}{{ b | upcase }}", ["a"]),
    ("{{ a | default: 'x' }}{{ c | upcase | default: 'x' }}", []),
    ("{% if a %}{{ a }}{% endif %}", []),
    ("{% assign a = 1 %}{{ a }}", []),
    ("{% if true %}{% assign a = 1 %}{% endif %}{{ a }}", []),
    ("{% for i in (1..3) %}{{ a }}{% endfor %}", ["a"]),
    ("{% echo a %}", ["a"]),
    ("{% if true %}{% assign a = '' %}{% endif %}{{ a }}{{ a | upcase }}", []),
    ("{% if false %}{% assign a = '' %}{% endif %}{{ a }}", ["a"]),
    ("{{ zero }}{{ no }}{{ list }}", []),
  ]) func `what is printed though empty is reported`(template: String, expected: [String]) throws {
    let template = try Template(parsing: Array(template.utf8))
    let data = try Value(
      json: Array(#"{"b": "B", "c": "", "zero": 0, "no": false, "list": []}"#.utf8))
    var missing = MissingNames()
    var output: [UInt8] = []
    try template.render(
      template.slots(from: data), escaping: .html, missing: &missing, into: &output)
    #expect(missing.slots.map { template.paths[$0][0] } == expected)
    #expect(missing.isEmpty == expected.isEmpty)
  }

  @Test func `reports of several renderings add up`() throws {
    let template = try Template(parsing: Array("{{ a }}{{ b }}".utf8))
    var missing = MissingNames()
    var output: [UInt8] = []
    try template.render([.null, Value("b")], escaping: .html, missing: &missing, into: &output)
    try template.render([Value("a"), .null], escaping: .html, missing: &missing, into: &output)
    #expect(missing.slots == [0, 1])
  }

  @Test(arguments: [
    ("{{ [name] }}", "Rome"), ("{% assign k = 'city' %}{{ [k] }}", "Rome"),
    ("{{ place[name] }}", "Oslo"), ("{{ [place['x']].size }}", "4"),
  ]) func `computed names reach the whole object`(template: String, expected: String) throws {
    let data = #"{"name": "city", "city": "Rome", "place": {"city": "Oslo", "x": "city"}}"#
    #expect(try render(template, data) == expected)
  }

  @Test(arguments: [
    ("{{ x }}{% assign x = 'l' %}{{ x }}", "gl"),
    ("{% for x in (1..2) %}{{ x }}{% assign x = 'l' %}{% endfor %}{{ x }}", "12l"),
    ("{% capture x %}[{{ x }}]{% endcapture %}{{ x }}", "[g]"),
    ("{% increment y %}{{ y }}{{ x }}", "01g"),
    ("{% for i in (1..1) %}{{ x }}{% endfor %}{{ forloop.index }}{{ i }}", "g"),
  ]) func `locals shadow globals while they last`(template: String, expected: String) throws {
    #expect(try render(template, #"{"x": "g"}"#) == expected)
  }
}
