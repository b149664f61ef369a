import Octets

/// Finds the column that holds the addresses.
enum EmailColumn {
  /// The first column whose name says so, else the one with most cells that look like addresses,
  /// else one whose name at least speaks of mail.
  static func guess(names: [String], rows: [Row]) -> Int? {
    let plain = names.map(plain)
    for known in knownNames {
      if let index = plain.firstIndex(of: known) { return index }
    }
    var best: (index: Int, count: Int)?
    for index in names.indices {
      let count = rows.count { looksLikeAddress($0.trimmed(index)) }
      if count > best?.count ?? 0 { best = (index, count) }
    }
    return best?.index ?? plain.firstIndex { $0.contains("email") }
  }

  /// A name in lower case, its letters and digits alone, without accents.
  static func plain(_ name: String) -> String {
    var plain = ""
    for character in name.lowercased() where character.isLetter || character.isNumber {
      plain.append(accents[character] ?? character)
    }
    return plain
  }

  private static let accents: [Character: Character] = [
    "é": "e", "è": "e", "ê": "e", "ó": "o", "ö": "o", "ő": "o", "ä": "a", "á": "a", "à": "a",
    "å": "a", "í": "i", "ú": "u", "ü": "u", "ñ": "n", "ç": "c",
  ]

  /// Best first, as `plain` gives them.
  private static let knownNames = [
    "email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "emailadress",
    "correo", "correoelectronico", "email1value", "email1", "emailaddress1", "primaryemail",
    "emailprimary", "subscriberemail", "contactemail", "useremail", "customeremail", "courriel",
    "adresseemail", "adressemail", "adresseelectronique", "adressedemessagerie", "emailadres",
    "mailadres", "epost", "epostadress", "epostadresse", "sahkoposti", "sahkopostiosoite",
    "indirizzoemail", "postaelettronica", "enderecodeemail", "adresemail", "eposta",
    "электроннаяпочта", "почта", "имейл", "メール", "メールアドレス", "电子邮件", "邮箱", "이메일",
  ]

  /// Whether a cell has the shape `x@y.z`; finds columns, does not judge addresses.
  static func looksLikeAddress(_ cell: some BidirectionalCollection<UInt8>) -> Bool {
    guard cell.count <= 254, let at = cell.lastIndex(of: ASCII.at), at != cell.startIndex,
      !cell.contains(where: { $0 <= ASCII.space || $0 == 0x2C || $0 == 0x3B })
    else { return false }
    let domain = cell[cell.index(after: at)...]
    return domain.contains(ASCII.dot) && domain.first != ASCII.dot && domain.last != ASCII.dot
  }
}
