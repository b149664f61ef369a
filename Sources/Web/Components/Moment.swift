import Octets
import TimeZones

/// A point in time as a page shows it, in the workspace's zone.
enum Moment {
  static func html(_ moment: Timestamp, in zone: Zone) -> HTML {
    "<time datetime=\"\(moment.rfc3339)\">\(zone.written(moment))</time>"
  }

  static func html(_ moment: Timestamp?, in zone: Zone, otherwise: String = "–") -> HTML {
    moment.map { html($0, in: zone) } ?? HTML(text: otherwise)
  }
}
