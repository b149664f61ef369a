import Model

/// The part of a sender's form that says how much may leave.
enum SenderLimitFields {
  private static func name(_ period: LimitPeriod) -> String { "messages_per_\(period.rawValue)" }
  private static let connections = "most_connections"
  private static let perConnection = "messages_per_connection"

  static func values(_ limits: SenderLimits) -> [(String, String)] {
    LimitPeriod.allCases.map { (name($0), limits[$0].map(String.init) ?? "") } + [
      (connections, limits.connections.map(String.init) ?? ""),
      (perConnection, limits.perConnection.map(String.init) ?? ""),
    ]
  }

  /// Reads the limits and notes what is wrong; what is empty is no limit.
  static func read(_ form: inout Form) -> SenderLimits {
    var limits = SenderLimits()
    for period in LimitPeriod.allCases {
      limits[period] = form.number(name(period), within: period.bounds)
    }
    limits.connections = form.number(connections, within: SenderLimits.connectionBounds)
    limits.perConnection = form.number(perConnection, within: SenderLimits.perConnectionBounds)
    return limits
  }

  static func html(_ form: Form) -> HTML {
    let rest = [name(.second), name(.minute), name(.day), connections, perConnection]
    let isOpen = rest.contains { !form.raw($0).isEmpty || form.fault(of: $0) != nil }
    return """
      <fieldset class="card group"><legend>Limits</legend>
      \(field(
        .hour, form,
        hint: """
          At most so many in any 60 minutes; the others wait, none is lost. Empty means no limit. \
          Free mail accounts allow little: 20 an hour is safe.
          """))
      <details class="more"\(HTML.when(isOpen, " open"))><summary>More limits</summary>\
      <div class="stack"><p class="hint">All that you set hold together. Leave empty what your \
      provider does not limit; how much each recipient’s provider takes is found out by itself.</p>
      <div class="fields">\(field(.second, form))\(field(.minute, form))</div>
      <div class="fields">\(field(.day, form))\
      \(number(
        connections, "Connections at once", SenderLimits.connectionBounds, form,
        hint: "Over all campaigns of this sender."))</div>
      <div class="fields">\(number(
        perConnection, "E-mails per connection", SenderLimits.perConnectionBounds, form,
        hint: "After so many a new connection is opened."))</div></div></details></fieldset>
      """
  }

  private static func field(_ period: LimitPeriod, _ form: Form, hint: HTML? = nil) -> HTML {
    number(
      name(period), "E-mails per \(period.rawValue)", period.bounds, form, hint: hint,
      affix: "in any \(period.rawValue)")
  }

  private static func number(
    _ name: String, _ label: String, _ bounds: ClosedRange<Int>, _ form: Form, hint: HTML? = nil,
    affix: String? = nil
  ) -> HTML {
    Field(
      name: name, label: label, type: "number", hint: hint, isOptional: true,
      attributes: " min=\"\(bounds.lowerBound)\" max=\"\(bounds.upperBound)\"", affix: affix
    ).input(form)
  }
}
