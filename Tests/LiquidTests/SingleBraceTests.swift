import Liquid
import Testing

struct SingleBraceTests {
  private let options = ParseOptions(singleBraceNames: ["first_name", "email"])

  @Test(arguments: [
    ("Dear {first_name}, {email}", "Dear Ann, a@x.test"),
    (
      "p{color:red}{first_name}{ first_name }{First_name}",
      "p{color:red}Ann{ first_name }{First_name}"
    ),
    ("{{first_name}}{{ first_name }}", "AnnAnn"),
    ("{last_name}{", "{last_name}{"),
    ("{first_name", "{first_name"),
    ("{{{ first_name }}", ""),
    ("{{ first_name -}}  {first_name}  {{- email }}", "AnnAnna@x.test"),
    ("{first_name}  {%- if true %}x{% endif %}", "Annx"),
    ("{% raw %}{first_name}{% endraw %}{% comment %}{email}{% endcomment %}", "{first_name}"),
    ("{% assign email = 'l' %}{email}", "l"),
    ("{% if true %} {email} {% endif %}", " a@x.test "),
  ]) func `only names that are told are placeholders`(template: String, expected: String) throws {
    let data = #"{"first_name": "Ann", "email": "a@x.test", "last_name": "Lee"}"#
    if expected.isEmpty {
      #expect(throws: TemplateError.self) { try render(template, data, options: options) }
    } else {
      #expect(try render(template, data, options: options) == expected)
    }
  }

  @Test func `without names all single braces are text`() throws {
    #expect(try render("{first_name}", #"{"first_name": "Ann"}"#) == "{first_name}")
  }

  @Test func `a placeholder is a slot and is escaped`() throws {
    let template = try Template(parsing: Array("{email}".utf8), options: options)
    #expect(template.paths == [["email"]])
    var output: [UInt8] = []
    try template.render([Value("<")], escaping: .html, into: &output)
    #expect(output == Array("&lt;".utf8))
  }
}
