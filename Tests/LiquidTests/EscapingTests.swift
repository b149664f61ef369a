import Liquid
import Testing

struct EscapingTests {
  private static let data = #"{"x": "<b>&\"'", "n": 5, "l": ["<", ">"], "o": {"<": 1}}"#

  @Test(arguments: [
    ("<i>{{ x }}</i>", "<i>&lt;b&gt;&amp;&quot;&#39;</i>"),
    ("{{ x | raw }}", #"<b>&"'"#),
    ("{{ x | escape }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ x | escape | escape }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ x | escape_once }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ '&lt;<' | escape_once }}", "&lt;&lt;"),
    ("{{ x | upcase }}", "&lt;B&gt;&amp;&quot;&#39;"),
    ("{{ x | raw | upcase }}", "&lt;B&gt;&amp;&quot;&#39;"),
    ("{{ l }}{{ l | join: '&' }}", "&lt;&gt;&lt;&amp;&gt;"),
    ("{{ o }}", "{&quot;&lt;&quot;=&gt;1}"),
    ("{{ n }}{{ '<' }}", "5&lt;"),
    ("{% capture c %}<p>{{ x }}{% endcapture %}{{ c }}", "<p>&lt;b&gt;&amp;&quot;&#39;"),
    (
      "{% capture c %}<p> {% endcapture %}{{ c | strip | append: '<' | prepend: '>' }}",
      "&gt;<p>&lt;"
    ),
    ("{% capture c %}<p>{% endcapture %}{{ '<' | append: c }}", "&lt;<p>"),
    ("{% assign a = x %}{{ a }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ \"<\n\" | newline_to_br }}", "&lt;<br />\n"),
    ("{{ 'PGI+' | base64_decode }}{{ '%3Cb%3E' | url_decode }}", "&lt;b&gt;&lt;b&gt;"),
    ("{% raw %}<{{ x }}>{% endraw %}", "<{{ x }}>"),
    ("{% cycle '<' %}{% echo '<' %}", "&lt;&lt;"),
    ("{{ '<' | raw | replace: '<', x }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{% for c in l %}{{ c }}{% endfor %}", "&lt;&gt;"),
  ]) func `outputs are escaped for HTML`(template: String, expected: String) throws {
    #expect(try render(template, Self.data) == expected)
  }

  @Test(arguments: [
    ("{{ x }}", #"<b>&"'"#), ("{{ x | escape }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ x | raw }}", #"<b>&"'"#), ("{% capture c %}{{ x }}{% endcapture %}{{ c }}", #"<b>&"'"#),
    ("{{ \"<\n\" | newline_to_br }}", "<<br />\n"),
  ]) func `text is left alone`(template: String, expected: String) throws {
    #expect(try render(template, Self.data, escaping: .none) == expected)
  }
}
