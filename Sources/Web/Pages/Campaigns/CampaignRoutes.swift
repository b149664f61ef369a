import HTTP
import Model
import Storage

extension Routes {
  /// Campaigns: the list, the form from file to Send, one campaign live, and its report.
  mutating func addCampaigns() {
    member(.get, "/campaigns") { member in try await CampaignList(member).answer() }
    addCampaignForms()
    addCampaignPage()
    for action in CampaignAction.allCases {
      form("/campaigns/{id}/\(action.rawValue)") { member, form in
        try await CampaignActions(member, form).perform(action)
      }
    }
  }

  private mutating func addCampaignForms() {
    // Both files may be as large as each is allowed to be, and the fields come beside them.
    let settings = site.settings
    let limit = settings.contactFileLimit + settings.attachmentLimit + (16 << 20)
    member(.get, "/campaigns/new") { member in try await CampaignEditing(member).new() }
    member(.post, "/campaigns", bodyLimit: limit) { member in
      try await CampaignSubmission.take(member, into: nil)
    }
    member(.get, "/campaigns/{id}/edit") { member in
      try await CampaignEditing(member).edit(try await member.addressedCampaign())
    }
    member(.post, "/campaigns/{id}/edit", bodyLimit: limit) { member in
      try await CampaignSubmission.take(member, into: try await member.addressedCampaign())
    }
  }

  private mutating func addCampaignPage() {
    let lookout = ProgressLookout()
    member(.get, "/campaigns/{id}") { member in
      try await CampaignPage(member, try await member.addressedCampaign()).answer()
    }
    member(.get, "/campaigns/{id}/events") { member in
      let key = try member.campaignKey()
      guard try await member.store.campaigns.progress(key) != nil else { throw PageError.notFound }
      let request = member.request
      return ProgressEvents(
        store: member.store, key: key, lookout: lookout, clock: member.site.settings.clock,
        isWelcome: { try await member.isWelcome() }
      ).answer(after: request.fields["Last-Event-ID"] ?? request.query["last_event_id"])
    }
    member(.get, "/campaigns/{id}/message.html") { member in
      guard let html = try await member.addressedCampaign().content.html else {
        throw PageError.notFound
      }
      return MailFrame.content(html)
    }
    member(.get, "/campaigns/{id}/report.csv") { member in
      ReportDownload(of: try await member.addressedCampaign(), from: member.store).answer
    }
  }
}

extension Member {
  /// The campaign that the address names, in this workspace.
  ///
  /// - Throws: ``PageError/notFound`` when the address names none.
  func campaignKey() throws -> CampaignKey {
    CampaignKey(workspace: home, campaign: try identifier(.campaign))
  }

  /// The campaign that the address names.
  ///
  /// - Throws: ``PageError/notFound`` when there is none in this workspace.
  func addressedCampaign() async throws -> Campaign {
    guard let campaign = try await store.campaigns.find(try campaignKey()) else {
      throw PageError.notFound
    }
    return campaign
  }
}

extension Campaign {
  /// The path of its page.
  var address: String { "/campaigns/\(id.text(.campaign))" }
}
