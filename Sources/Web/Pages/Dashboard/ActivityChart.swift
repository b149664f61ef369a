import HTTP
import Model
import Octets
import TimeZones

/// How many messages were sent, failed, or are to be retried, hour by hour or day by day.
struct ActivityChart {
  /// What the chart looks back at.
  enum Range: String {
    case day, month

    static func chosen(_ request: Request) -> Range {
      request.query["range"].flatMap(Range.init) ?? .day
    }

    /// Where each bar begins: on the hour, or at midnight where the workspace is.
    func beginnings(now: Timestamp, in zone: Zone) -> [Timestamp] {
      let civil = zone.civil(at: now)
      switch self {
      case .day:
        let hour = now + .seconds(-60 * civil.minute - civil.second)
        return (0..<24).reversed().map { hour + .seconds(-3_600 * $0) }
      case .month:
        // Days are counted by the calendar: where clocks change they are not of one length.
        let noon = Timestamp(
          Timestamp.Civil(year: civil.year, month: civil.month, day: civil.day, hour: 12))
        return (0..<30).reversed().map { past in
          var day = (noon + .seconds(-86_400 * past)).civil
          day.hour = 0
          return zone.timestamp(of: day).moment
        }
      }
    }

    fileprivate var words: String { self == .day ? "the last 24 hours" : "the last 30 days" }
  }

  let range: Range
  let points: [ActivityPoint]
  let zone: Zone

  /// The parts of a bar, from the ground up.
  private static let kinds:
    [(name: String, label: String, count: @Sendable (ActivityPoint) -> Int)] =
      [
        ("sent", "Sent", { $0.sent }),
        ("deferred", "To be retried", { $0.deferred }),
        ("failed", "Failed", { $0.failed }),
        ("unknown", "In doubt", { $0.unknown }),
      ]
  private static let width = 10
  private static let height = 1_000

  func card(_ member: Member) -> HTML {
    let tabs = Tabs(
      label: "Time", name: "range", choices: [(nil, "24 hours", nil), ("month", "30 days", nil)])
    return """
      <div class="card"><header class="card-head"><h2>Messages over \(range.words)</h2></header>\
      <div class="card-body stack">\(tabs.html(member.request))\(figure)\(table)</div></div>
      """
  }

  private var figure: HTML {
    let top = scale
    let sum = points.reduce(0) { $0 + $1.sent }
    let failed = points.reduce(0) { $0 + $1.failed }
    let breadth = points.count * Self.width
    let labels = stride(from: 0, to: points.count, by: 6).map {
      place(points[$0].start)
    }
    return """
      <figure class="chart"><div class="chart-y num" aria-hidden="true">\
      <span>\(Wording.count(top))</span><span>\(Wording.count(top / 2))</span><span>0</span></div>\
      <svg viewBox="0 0 \(breadth) \(Self.height)" preserveAspectRatio="none" role="img" \
      aria-label="Messages over \(range.words): \(Wording.count(sum)) sent, \
      \(Wording.count(failed)) failed">\
      <path class="grid" d="M0 0H\(breadth)M0 \(Self.height / 2)H\(breadth)M0 \(Self.height)H\(breadth)"/>\
      \(HTML.each(points.enumerated()) { bar($0.element, at: $0.offset, of: top) })</svg>\
      <div class="chart-x num" aria-hidden="true">\
      \(HTML.each(labels) { "<span>\($0)</span>" })</div>\
      <figcaption><ul class="legend" role="list">\(HTML.each(Self.kinds) {
        "<li class=\"\($0.name)\">\($0.label)</li>"
      })</ul></figcaption></figure>
      """
  }

  private func bar(_ point: ActivityPoint, at index: Int, of top: Int) -> HTML {
    var ground = Self.height
    return HTML.each(Self.kinds) { kind in
      let count = kind.count(point)
      guard count > 0 else { return "" }
      // Even a single message is seen.
      let height = min(ground, max(8, Self.height * min(count, top) / top))
      ground -= height
      return """
        <rect class="bar \(kind.name)" x="\(index * Self.width + 1)" y="\(ground)" \
        width="\(Self.width - 2)" height="\(height)"><title>\(place(point.start)): \
        \(Wording.count(count)) \(kind.label.lowercased())</title></rect>
        """
    }
  }

  private var table: HTML {
    """
    <details class="more"><summary>As a table</summary>\
    <div class="table-wrap" role="region" tabindex="0" aria-label="Messages over \(range.words)">\
    <table class="table"><thead><tr><th scope="col">\(range == .day ? "Hour" : "Day")</th>\
    \(HTML.each(Self.kinds) { "<th scope=\"col\" class=\"end\">\($0.label)</th>" })</tr></thead>
    <tbody>\(HTML.each(points) { point in
      """
      <tr><th scope="row">\(place(point.start))</th>\(HTML.each(Self.kinds) {
        "<td class=\"end num\">\(Wording.count($0.count(point)))</td>"
      })</tr>

      """
    })</tbody></table></div></details>
    """
  }

  /// What the top line stands for: a round number at or above the highest bar.
  private var scale: Int {
    let highest = points.map { point in Self.kinds.reduce(0) { $0 + $1.count(point) } }.max() ?? 0
    var step = 1
    while step <= Int.max / 100, step * 10 < highest { step *= 10 }
    let round = [1, 2, 4, 6, 8, 10].map { $0 * step }
    return max(2, round.first { $0 >= highest } ?? highest)
  }

  private func place(_ moment: Timestamp) -> String {
    let civil = zone.civil(at: moment)
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    switch range {
    case .day: return "\(padded(civil.hour)):\(padded(civil.minute))"
    case .month:
      let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
      ]
      return "\(civil.day) \(months[max(0, min(11, civil.month - 1))])"
    }
  }
}
