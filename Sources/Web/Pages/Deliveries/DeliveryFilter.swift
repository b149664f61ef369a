import HTTP
import Model

/// Which deliveries a list shows: a word of the query, `?state=failed`.
enum DeliveryFilter {
  static let name = "state"

  /// The states of the query's word; `nil` shows all.
  static func states(_ request: Request) -> Set<DeliveryState>? {
    request.query[name].flatMap { word in
      DeliveryState.allCases.first { $0.word == word }.map { [$0] }
    }
  }

  /// Tabs with the states that occur and their numbers, behind one that names no state.
  static func tabs(
    _ counts: CampaignCounts, first: (label: String, count: Int), label: String, _ request: Request
  ) -> HTML {
    let chosen = request.query[name]
    var choices: [(value: String?, label: String, count: Int?)] = [(nil, first.label, first.count)]
    for state in order {
      let count = counts[state]
      guard count != 0 || chosen == state.word else { continue }
      choices.append((state.word, Badge.word(state), count))
    }
    return Tabs(label: label, name: name, choices: choices).html(request)
  }

  private static let order: [DeliveryState] = [
    .queued, .sending, .deferred, .sent, .failed, .unknown, .suppressed, .skipped, .cancelled,
  ]

  /// A field to look for an address, with the filter kept.
  static func search(_ request: Request, label: String, _ assets: Assets) -> HTML {
    let state: HTML =
      request.query[name].map {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">"
      } ?? ""
    return """
      <form class="filters" method="get" action="\(request.path)" role="search" aria-label="\(label)">\
      \(state)<label class="search"><span class="sr">Address begins with</span>\
      \(Icon.search.html(assets))<input type="search" name="q" maxlength="320" \
      placeholder="Address begins with" value="\(request.query["q"] ?? "")"></label>\
      <button class="btn">Search</button></form>
      """
  }
}
