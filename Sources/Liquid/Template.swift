public import Octets

/// A compiled Liquid template, ready to be rendered any number of times on any thread.
public struct Template: Sendable {
  private let program: Program

  /// Compiles a template; all syntax errors are found here.
  public init(
    parsing source: [UInt8], options: ParseOptions = .init()
  ) throws(TemplateError) {
    program = try Compiler.compile(source, options: options)
    paths = program.paths.map { path in path.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// What the template asks of its data, in the order of the slots, as in `["contact", "city"]`.
  public let paths: [[String]]

  /// Whether the template computes names of globals, so that slots alone do not serve it.
  public var usesDynamicNames: Bool { program.usesDynamicNames }

  /// Whether a variable of the template's own may stand in for the slot at times.
  public func mayBeLocal(slot: Int) -> Bool {
    guard let root = program.paths[slot].first, let name = program.names[root] else { return false }
    return program.isBound[name]
  }

  /// Renders with a value for each of ``paths``, and appends the result.
  ///
  /// Slots absent at the end are missing. Computed names are looked up in `globals`, an object.
  /// `now` is what `'now' | date` means; without it `'now'` stays text. `missing` takes up the
  /// slots that were printed though empty. After an error, `output` is as it was.
  public func render(
    _ slots: [Value], globals: Value = .null, escaping: Escaping,
    limits: RenderLimits = .standard, now: Timestamp? = nil, missing: inout MissingNames,
    into output: inout [UInt8]
  ) throws(RenderError) {
    let start = output.count
    var renderer = Renderer(
      program, slots: slots, globals: globals, escaping: escaping, limits: limits, now: now,
      output: &output)
    do throws(RenderError) {
      try renderer.renderMain()
      renderer.finish(&output, &missing)
    } catch {
      let place = renderer.place
      renderer.finish(&output, &missing)
      output.removeSubrange(start...)
      var error = error
      (error.line, error.column, error.partial) = place
      throw error
    }
  }

  /// Renders as above when nobody asks what is missing.
  public func render(
    _ slots: [Value], globals: Value = .null, escaping: Escaping,
    limits: RenderLimits = .standard, now: Timestamp? = nil, into output: inout [UInt8]
  ) throws(RenderError) {
    var missing = MissingNames()
    try render(
      slots, globals: globals, escaping: escaping, limits: limits, now: now, missing: &missing,
      into: &output)
  }

  /// Renders with an object that has the globals in it.
  public func render(
    _ data: Value, escaping: Escaping, limits: RenderLimits = .standard, now: Timestamp? = nil
  ) throws(RenderError) -> [UInt8] {
    var output: [UInt8] = []
    try render(
      slots(from: data), globals: data, escaping: escaping, limits: limits, now: now,
      into: &output)
    return output
  }

  /// The values that an object has at ``paths``.
  public func slots(from data: Value) -> [Value] {
    program.paths.map { path in
      var value = data
      for key in path {
        guard case .object(let object) = value else { return .null }
        value = object[key] ?? .null
      }
      return value
    }
  }
}
