import Model

/// The last line of a run: what became of everyone.
struct CampaignSummary {
  /// `nil` where it is about several.
  let campaign: Identifier?
  let counts: CampaignCounts
  let seconds: Double
  /// Messages sent in this run.
  let sentNow: Int

  /// What is due yet counts as deferred, so that the figures add up to the total.
  private var deferred: Int { counts[.deferred] + counts[.queued] + counts[.sending] }

  private var rate: Double { seconds > 0 ? Double(sentNow) / seconds : 0 }

  var line: String {
    """
    sent \(counts[.sent]) failed \(counts[.failed]) unknown \(counts[.unknown]) \
    suppressed \(counts[.suppressed]) skipped \(counts[.skipped]) deferred \(deferred) \
    cancelled \(counts[.cancelled]) of \(counts.total) in \(Self.decimal(seconds, places: 2)) s \
    (\(Self.decimal(rate, places: 1))/s)
    """
  }

  var json: String {
    """
    {\(campaign.map { "\"campaign_id\": \"\($0.text(.campaign))\", " } ?? "")"sent": \(counts[.sent]), "failed": \(counts[.failed]), "unknown": \(counts[.unknown]), \
    "suppressed": \(counts[.suppressed]), "skipped": \(counts[.skipped]), \
    "deferred": \(deferred), "cancelled": \(counts[.cancelled]), "total": \(counts.total), \
    "seconds": \(Self.decimal(seconds, places: 3)), "rate": \(Self.decimal(rate, places: 1))}
    """
  }

  private static func decimal(_ number: Double, places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int(min(1e15, max(0, (number * Double(scale)).rounded())))
    let fraction = String(scaled % scale)
    return "\(scaled / scale)."
      + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
