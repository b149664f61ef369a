import Model
import Octets

/// The bar of a campaign under way, kept true by its events.
struct CampaignProgressCard {
  let member: Member
  let campaign: Campaign

  var html: HTML {
    let counts = campaign.counts
    let progress = CampaignProgress(
      state: campaign.state, failure: campaign.failure, counts: counts, pace: campaign.pace,
      revision: campaign.revision)
    let rate = campaign.pace.rate.map(Wording.rate) ?? ""
    let left = progress.timeLeft(now: member.now).map { "about \(Wording.duration($0)) left" }
    return """
      <section class="card live" data-live="\(campaign.address)/events" \
      data-status="\(campaign.state.rawValue)" aria-label="Progress"><div class="card-body stack">\
      <div class="progress-head"><h2>\
      <span class="num" data-count="processed">\(Wording.count(counts.processed))</span> of \
      <span class="num" data-count="total">\(Wording.count(counts.total))</span> done</h2>\
      <p class="row muted num"><span><span data-count="percent">\
      \(Wording.percent(counts.processed, of: counts.total))</span>%</span> \
      <span data-count="rate">\(rate)</span> <span data-count="eta">\(left ?? "")</span></p></div>\
      <progress class="big" value="\(counts.processed)" max="\(max(1, counts.total))" \
      aria-label="Progress" data-progress></progress>\
      <p class="muted" data-count="message">\(ProgressJSON.message(progress))</p>\
      <p class="live-error" data-live-error hidden>Connection lost, trying again</p>\
      <p class="sr" role="status" data-live-say></p></div></section>
      """
  }
}

/// How many messages are in which state, each number a way to the list of them.
struct CampaignFigures {
  let campaign: Campaign

  private static let tiles: [(state: DeliveryState, tint: String, isAlwaysShown: Bool)] = [
    (.sent, "ok", true), (.failed, "bad", true), (.deferred, "warn", true), (.queued, "", true),
    (.unknown, "warn", true), (.skipped, "", false), (.suppressed, "", false),
    (.cancelled, "", false),
  ]

  var html: HTML {
    "<dl class=\"stats\">\(HTML.each(Self.tiles, tile))</dl>"
  }

  private func tile(
    _ tile: (state: DeliveryState, tint: String, isAlwaysShown: Bool)
  ) -> HTML {
    let count = campaign.counts[tile.state]
    guard tile.isAlwaysShown || count > 0 else { return "" }
    let tint: HTML = count > 0 && !tile.tint.isEmpty ? " class=\"\(tile.tint)\"" : ""
    return """
      <div\(tint)><dt>\(Badge.word(tile.state))</dt><dd class="num">\
      <a href="\(campaign.address)/deliveries?state=\(tile.state.word)" \
      data-count="\(tile.state.word)">\(Wording.count(count))</a></dd></div>
      """
  }
}
