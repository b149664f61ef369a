/// A picture of the sprite, for beside a word; without one, say what it does in `aria-label`.
enum Icon: String {
  case dashboard, send, queue, contacts, lists, templates, reports, log, senders, inbox, settings
  case users, user, plus, play, pause, stop, retry, download, upload, check, warning, error, info
  case clock, calendar, sun, moon, system, menu, close, search, edit, trash, archive, copy, key
  case mail, attachment, external, logout, file, column, eye, shield, filter, help
  case left = "chevron-left"
  case right = "chevron-right"
  case down = "chevron-down"
  case up = "chevron-up"

  func html(_ assets: Assets) -> HTML {
    "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"\(assets.address(of: "icons.svg"))#i-\(rawValue)\"/></svg>"
  }

  /// The bird itself.
  static func mark(_ assets: Assets) -> HTML {
    "<svg class=\"mark\" aria-hidden=\"true\"><use href=\"\(assets.address(of: "icons.svg"))#i-martlet\"/></svg>"
  }
}
