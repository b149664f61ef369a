import Liquid
import TestSupport

/// A case of the golden-liquid corpus: a template with data, and what becomes of it.
struct GoldenCase {
  let name: String
  let template: [UInt8]
  let data: Value
  let partials: [String: [UInt8]]
  /// The outputs that are right; none when the template must be refused.
  let results: [[UInt8]]

  /// All cases, none without the corpus.
  static let all: [GoldenCase] = {
    guard let json = Corpora.bytes("golden-liquid/golden_liquid.json"),
      let document = try? Value(json: json), case .array(let tests)? = document["tests"]
    else { return [] }
    return tests.compactMap(GoldenCase.init)
  }()

  private init?(_ test: Value) {
    guard let name = test["name"]?.text, let template = test["template"]?.octets else { return nil }
    self.name = name
    self.template = template
    data = test["data"] ?? .object(Object())
    var partials: [String: [UInt8]] = [:]
    if case .object(let templates)? = test["templates"] {
      for entry in templates.entries {
        partials[String(decoding: entry.key, as: UTF8.self)] = entry.value.octets
      }
    }
    self.partials = partials
    if let result = test["result"]?.octets {
      results = [result]
    } else if case .array(let several)? = test["results"] {
      results = several.compactMap(\.octets)
    } else {
      results = []
    }
  }

  /// Why the case fails, `nil` when it passes.
  func failure() -> String? {
    let output: [UInt8]
    do {
      let template = try Template(parsing: template, options: ParseOptions(partials: partials))
      output = try template.render(data, escaping: .none)
    } catch {
      return results.isEmpty ? nil : "refused: \(error)"
    }
    let text = String(decoding: output, as: UTF8.self)
    if results.isEmpty { return "not refused, but rendered as \(text.debugDescription)" }
    return results.contains(output) ? nil : "rendered as \(text.debugDescription)"
  }
}

extension Value {
  subscript(key: String) -> Value? {
    guard case .object(let object) = self else { return nil }
    return object[Array(key.utf8)]
  }

  var octets: [UInt8]? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  var text: String? { octets.map { String(decoding: $0, as: UTF8.self) } }
}
