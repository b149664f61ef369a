extension Unicode.Scalar {
  /// As in `U+200B`.
  var codePoint: String {
    let hex = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }

  /// Whether the character ends or controls a line rather than being text: C0, DEL, C1, and the
  /// line and paragraph separators.
  var isControl: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
  }

  /// Whether a reader would not see the character, or would see others out of order because of it.
  ///
  /// The joiners U+200C and U+200D are not among them: some scripts spell with them.
  var isInvisible: Bool {
    switch value {
    case 0xAD, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB:
      true
    default:
      properties.generalCategory == .spaceSeparator || properties.isNoncharacterCodePoint
    }
  }
}
