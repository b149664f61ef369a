import Locking
import Octets

/// The counters and gauges of the program, in Prometheus' text format (version 0.0.4).
///
/// A metric is looked up by name and labels; keep the ``Metric`` on a hot path. Never label by
/// address, campaign or raw URL.
public final class Metrics: Sendable {
  private enum Kind: Sendable {
    case counter
    case gauge

    var name: StaticString { self == .counter ? "counter" : "gauge" }
  }

  private struct Family {
    let kind: Kind
    let help: StaticString
    var series: [String: Metric] = [:]
  }

  /// Series beyond this many are kept as one, so that an unforeseen label cannot fill the memory.
  private static let mostSeries = 1_000

  private let families = Lock<[String: Family]>([:])

  public init() {}

  /// A number that only grows; its name ends in `_total`.
  public func counter(
    _ name: StaticString, help: StaticString = "",
    labels: KeyValuePairs<StaticString, String> = [:]
  ) -> Metric {
    metric(.counter, name, help, labels)
  }

  /// A number that goes up and down.
  public func gauge(
    _ name: StaticString, help: StaticString = "",
    labels: KeyValuePairs<StaticString, String> = [:]
  ) -> Metric {
    metric(.gauge, name, help, labels)
  }

  /// Everything, sorted by name, for `text/plain; version=0.0.4`.
  public func exposition() -> [UInt8] {
    var text: [UInt8] = []
    let families = families.withLock { $0 }
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      if family.help.utf8CodeUnitCount > 0 {
        text.append(contentsOf: "# HELP \(name) \(Self.escape(family.help.description))\n".utf8)
      }
      text.append(contentsOf: "# TYPE \(name) \(family.kind.name)\n".utf8)
      for (labels, metric) in family.series.sorted(by: { $0.key < $1.key }) {
        text.append(contentsOf: "\(name)\(labels) \(Self.spell(metric.value))\n".utf8)
      }
    }
    return text
  }

  private func metric(
    _ kind: Kind, _ name: StaticString, _ help: StaticString,
    _ labels: KeyValuePairs<StaticString, String>
  ) -> Metric {
    let written = labels.map { "\($0.key)=\"\(Self.escape($0.value, quotes: true))\"" }
    let key = written.isEmpty ? "" : "{\(written.joined(separator: ","))}"
    return families.withLock { families in
      var family = families[name.description] ?? Family(kind: kind, help: help)
      if let metric = family.series[key] { return metric }
      let isFull = family.series.count >= Self.mostSeries
      let place = isFull ? "{overflow=\"true\"}" : key
      let metric = family.series[place] ?? Metric()
      family.series[place] = metric
      families[name.description] = family
      return metric
    }
  }

  private static func escape(_ text: String, quotes: Bool = false) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func spell(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
