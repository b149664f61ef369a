import Model
import Octets
import TimeZones

/// When a campaign is to be sent, as the form asks it.
enum SendTime: Equatable {
  case now
  case at(Timestamp, zone: String)

  /// What one who sits before the form may be late: the minute that has just begun.
  static let grace = Duration.seconds(60)

  /// Reads the choice; what is wrong with the time is noted beside it.
  ///
  /// `isSending` asks for a whole answer; a draft may leave it open.
  static func read(
    _ form: inout Form, isSending: Bool, standard: Zone, now: Timestamp
  ) -> SendTime {
    guard form.raw("when") == "later" else { return .now }
    let text = form.raw("at")
    guard !text.isEmpty else {
      if isSending { form.note("at", "Give the day and the time.") }
      return .now
    }
    guard let local = LocalTime(text) else {
      form.note("at", "Give a day and a time, such as 2026-05-04 09:30.")
      return .now
    }
    let name = form.raw("zone").isEmpty ? standard.name : form.raw("zone")
    guard let zone = try? Zone(named: name) else {
      form.note("zone", "Choose a time zone of the list.")
      return .now
    }
    let moment = moment(of: local, in: zone, &form)
    if isSending, moment + grace < now {
      form.note("at", "That time has passed. Choose a later one, or send now.")
    }
    return .at(moment, zone: zone.name)
  }

  private static func moment(
    of local: LocalTime, in zone: Zone, _ form: inout Form
  ) -> Timestamp {
    let resolution = zone.timestamp(of: local.civil)
    let place = zone.name
    switch resolution {
    case .exact(let moment): return moment
    case .gap(let moment):
      form.note(
        "at",
        """
        There is no such time in \(place): the clocks are put forward past it on that day. Choose \
        another time.
        """)
      return moment
    case .ambiguous(let first, let second):
      switch form.raw("twice") {
      case "first": return first
      case "second": return second
      default:
        form.note(
          "twice",
          """
          That time comes twice in \(place): the clocks are put back on that day. Say which of \
          the two is meant.
          """)
        return first
      }
    }
  }

  /// The form's fields for a moment that was chosen before.
  static func fields(_ moment: Timestamp?, in name: String, standard: Zone) -> [(String, String)] {
    let zone = (try? Zone(named: name)) ?? standard
    guard let moment else { return [("when", "now"), ("at", ""), ("zone", standard.name)] }
    let local = LocalTime(zone.civil(at: moment))
    var fields = [("when", "later"), ("at", local.value), ("zone", zone.name)]
    if case .ambiguous(_, let second) = zone.timestamp(of: local.civil) {
      fields.append(("twice", moment == second ? "second" : "first"))
    }
    return fields
  }
}
