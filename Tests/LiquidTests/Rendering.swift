import Liquid

/// Renders a template with a JSON object as data.
func render(
  _ template: String, _ data: String = "{}", escaping: Escaping = .html,
  options: ParseOptions = .init(), limits: RenderLimits = .standard
) throws -> String {
  let template = try Template(parsing: Array(template.utf8), options: options)
  let output = try template.render(
    try Value(json: Array(data.utf8)), escaping: escaping, limits: limits)
  return String(decoding: output, as: UTF8.self)
}
