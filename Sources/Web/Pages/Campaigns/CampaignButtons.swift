import Model

/// What can be done with a campaign in its state.
struct CampaignButtons {
  let member: Member
  let campaign: Campaign

  private var assets: Assets { member.site.assets }

  var html: HTML {
    let counts = campaign.counts
    let isSingle = campaign.kind == .single
    var buttons: [HTML] = []
    switch campaign.state {
    case .draft, .awaitingApproval:
      buttons = [edit, copy, delete]
    case .scheduled:
      buttons = [edit, button(.unschedule, "Back to draft", .clock), cancel]
    case .preparing, .sending:
      buttons = [button(.pause, "Pause", .pause, "primary")] + retries + [cancel]
    case .paused, .held:
      buttons = [button(.resume, "Resume", .play, "primary")] + retries + [cancel]
    case .sent, .failed:
      if campaign.state == .failed, counts[.cancelled] > 0 {
        buttons.append(retry("cancelled", "Send the rest", "primary"))
      }
      buttons += retries
      if !isSingle { buttons += [copy, archive] }
    case .cancelled:
      if !isSingle { buttons = [copy, archive] }
    }
    if counts.total > 0 { buttons.append(report) }
    return HTML.each(buttons) { $0 }
  }

  private func button(
    _ action: CampaignAction, _ label: String, _ icon: Icon, _ kind: String = ""
  ) -> HTML {
    ActionButton(
      address: "\(campaign.address)/\(action.rawValue)", label: label, icon: icon, kind: kind
    ).html(member)
  }

  private func retry(_ what: String, _ label: String, _ kind: String = "") -> HTML {
    ActionButton(
      address: "\(campaign.address)/retry?what=\(what)", label: label, icon: .retry, kind: kind
    ).html(member)
  }

  /// For those that have ended otherwise than sent, whether their campaign goes on or not.
  private var retries: [HTML] {
    var buttons: [HTML] = []
    if campaign.counts[.failed] > 0 { buttons.append(retry("failed", "Retry temporary failures")) }
    if campaign.counts[.unknown] > 0 {
      buttons.append(retry("unknown", "Send those in doubt again"))
    }
    return buttons
  }

  private var edit: HTML {
    "<a class=\"btn\" href=\"\(campaign.address)/edit\">\(Icon.edit.html(assets)) Edit</a>"
  }

  private var copy: HTML { button(.copy, "Copy", .copy) }

  private var archive: HTML {
    campaign.archivedAt == nil
      ? button(.archive, "Archive", .archive)
      : button(.unarchive, "Back to the list", .archive)
  }

  private var cancel: HTML {
    ActionButton(
      address: "\(campaign.address)/cancel", label: "Cancel", icon: .stop, kind: "danger",
      question:
        "Cancel “\(campaign.name)”? What has not left yet is never sent. This cannot be taken back.",
      yes: "Cancel the campaign"
    ).html(member)
  }

  private var delete: HTML {
    ActionButton(
      address: "\(campaign.address)/delete", label: "Delete", icon: .trash, kind: "danger",
      question: "Delete “\(campaign.name)”? The draft cannot be brought back.",
      yes: "Delete the draft"
    ).html(member)
  }

  private var report: HTML {
    """
    <a class="btn" href="\(campaign.address)/report.csv">\(Icon.download.html(assets)) \
    Download the report</a>
    """
  }
}
