import Model

/// Rows of a contact file: the address, the first of the other columns, and why a row is left out.
struct RowTable {
  let list: Audience
  let rows: [AudienceRow]
  let label: String

  /// Columns beside the address; a table of all would be as wide as the file.
  private static let mostColumns = 4

  private var columns: [Int] {
    Array(list.fieldNames.indices.filter { $0 != list.emailColumn }.prefix(Self.mostColumns))
  }

  var html: HTML {
    let columns = columns
    let hasRefusals = rows.contains { $0.refusal != nil }
    return """
      <div class="table-wrap" role="region" tabindex="0" aria-label="\(label)">
      <table class="table"><thead><tr><th scope="col" class="end">Line</th>\
      <th scope="col">Address</th>\
      \(HTML.when(hasRefusals, "<th scope=\"col\">Why it is left out</th>"))\
      \(HTML.each(columns) { column in
        "<th scope=\"col\" class=\"opt\">\(Wording.short(list.fieldNames[column], 40))</th>"
      })</tr></thead>
      <tbody>\(HTML.each(rows) { row($0, columns, hasRefusals) })</tbody></table></div>
      """
  }

  private func row(_ row: AudienceRow, _ columns: [Int], _ hasRefusals: Bool) -> HTML {
    let values = FieldList.values(row.fields) ?? []
    let email = Wording.short(String(decoding: row.email, as: UTF8.self), 320)
    return """
      <tr><td class="end num">\(Wording.count(row.line))</td><td class="break address">\(email)</td>\
      \(HTML.when(hasRefusals, "<td class=\"break\">\(row.refusal)</td>"))\
      \(HTML.each(columns) { column in
        let value = values.indices.contains(column) ? values[column] : []
        return "<td class=\"opt break\">\(Wording.short(String(decoding: value, as: UTF8.self), 80))</td>"
      })</tr>

      """
  }
}
